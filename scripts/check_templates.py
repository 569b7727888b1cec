"""What `make templates` runs: synthesizes with several settings; cdk-nag in the synthesis, cfn-lint on the result.

Exits with 1 on any finding. cdk-nag is not part of `cdk synth`, because it would add a second or two to each.
"""

import contextlib
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks
from jsii.errors import JSIIError

from dockwarden_cdk import DockwardenStack, Settings
from dockwarden_cdk.nag import acknowledge
from dockwarden_cdk.samples import SAMPLES
from dockwarden_cdk.settings_file import DEFAULT_FILE, read_settings

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Check every sample and what is shipped; 1 where anything was found."""
    samples = {f"{DEFAULT_FILE} as it is": read_settings(ROOT / DEFAULT_FILE), **SAMPLES}
    with tempfile.TemporaryDirectory() as directory:
        places = {title: Path(directory) / str(number) for number, title in enumerate(samples)}
        found = {title: list(nagged(place, samples[title])) for title, place in places.items()}
        lint = linted([place / "Dockwarden.template.json" for place in places.values()])
        for title, place in places.items():
            found[title] += [
                line for line in lint if line.startswith(("cfn-lint failed", f"cfn-lint {place}/"))
            ]
            report(title, place / "Dockwarden.template.json", found[title])
    return int(any(found.values()))


def nagged(place: Path, settings: Settings) -> Iterator[str]:
    """Synthesize into a directory; a line for each finding of cdk-nag or of the CDK's own validation."""
    app = App(outdir=str(place), analytics_reporting=False)
    Validations.of(app).add_plugins(AwsSolutionsChecks())
    acknowledge(DockwardenStack(app, "Dockwarden", settings=settings))
    # A finding ends the synthesis with an error; what it found is in the report.
    with contextlib.suppress(JSIIError, RuntimeError), contextlib.redirect_stderr(io.StringIO()):
        app.synth()
    report_file = place / "validation-report.json"
    if not report_file.exists():
        yield "the synthesis did not come to the validation"
        return
    for plugin in json.loads(report_file.read_text())["pluginReports"]:
        for violation in plugin.get("violations", []):
            for construct in violation.get("violatingConstructs", []):
                yield f"{plugin['pluginName']} {violation['ruleName']} {construct.get('constructPath')}: {violation['description']}"


def linted(templates: list[Path]) -> list[str]:
    """A line for each finding of cfn-lint in any of the templates."""
    # W3005: the CDK itself writes DependsOn where a reference says the same already.
    options = ["--format", "parseable", "--ignore-checks", "W3005", "--"]
    command = [str(Path(sys.executable).with_name("cfn-lint")), *options, *map(str, templates)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [f"cfn-lint {line}" for line in ran.stdout.splitlines() if line]
    return lines or ([f"cfn-lint failed: {ran.stderr.strip()[-300:]}"] if ran.returncode else [])


def report(title: str, template: Path, findings: list[str]) -> None:
    """Print what one sample came to."""
    resources = json.loads(template.read_text())["Resources"] if template.exists() else {}
    size = template.stat().st_size // 1024 if template.exists() else 0
    verdict = f"{len(findings)} findings" if findings else "nothing found"
    print(f"{title}: {len(resources)} resources, {size} KB: {verdict}")
    for finding in findings:
        print(f"  {finding}")


if __name__ == "__main__":
    started = time.monotonic()
    code = main()
    print(f"cdk-nag AwsSolutions and cfn-lint, {time.monotonic() - started:.0f} s")
    sys.exit(code)
