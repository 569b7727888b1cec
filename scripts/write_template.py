"""What `make template` runs: plain CloudFormation and the functions' zip, for those who cannot run the CDK."""

import hashlib
import sys
import zipfile
from pathlib import Path

from aws_cdk import App, DefaultStackSynthesizer

from dockwarden_cdk import DockwardenStack, FunctionCode, Settings, in_one_sentence, settings_of_app
from dockwarden_cdk.asset import build_asset

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "Dockwarden.template.json"
CODE = "dockwarden-functions.zip"
MIDNIGHT = (1980, 1, 1, 0, 0, 0)  # the same zip from the same files, whenever it is made

HOWTO = """Wrote {template} ({resources} KB) and {code} ({megabytes:.1f} MB).

To deploy without the CDK, in the account and region of your clusters:
  1. aws s3 cp {code} s3://YOUR-BUCKET/dockwarden/{version}.zip
     (the bucket must be in the same region; give each version its own key, else no function is updated)
  2. aws cloudformation deploy --stack-name Dockwarden --template-file {template} \\
       --s3-bucket YOUR-BUCKET --capabilities CAPABILITY_NAMED_IAM \\
       --parameter-overrides CodeBucket=YOUR-BUCKET CodeKey=dockwarden/{version}.zip
What may be changed, and in which clusters, is in the template as dockwarden.toml had it: change it there and write anew."""


def main(directory: Path) -> int:
    """Write both files and say what to do with them."""
    directory.mkdir(parents=True, exist_ok=True)
    app = App(outdir=str(directory / "cdk.out"), analytics_reporting=False)
    with in_one_sentence():
        stack = plain_stack(app, settings_of_app(app))
    assembly = app.synth()
    template, code = directory / TEMPLATE, directory / CODE
    template.write_text(Path(assembly.get_stack_by_name(stack.stack_name).template_full_path).read_text())
    version = zipped(build_asset(ROOT / "build" / "asset", stack.settings.zones).path, code)
    sizes = {"resources": template.stat().st_size // 1024, "megabytes": code.stat().st_size / 1e6}
    print(HOWTO.format(template=template, code=code, version=version, **sizes))
    return 0


def plain_stack(app: App, settings: Settings) -> DockwardenStack:
    """The stack without anything that only the CDK's bootstrap has."""
    synthesizer = DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
    return DockwardenStack(
        app, "Dockwarden", settings=settings, code=FunctionCode.from_parameters, synthesizer=synthesizer
    )


def zipped(source: Path, target: Path) -> str:
    """Zip a directory, the same bytes each time; a version for it, from its content."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in source.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(source).as_posix(), MIDNIGHT)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return hashlib.sha256(target.read_bytes()).hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "template"))
