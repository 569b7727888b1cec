"""The app as it is committed, and the checks of its templates."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import aws_cdk
import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from dockwarden_cdk import DockwardenStack, FunctionCode, Settings
from dockwarden_cdk.nag import acknowledge

ROOT = Path(__file__).resolve().parents[2]


def script(name: str) -> ModuleType:
    """A script of the project as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_app_synthesizes_without_credentials_or_any_call_to_aws(tmp_path: Path) -> None:
    """Nothing of the machine's account is needed or baked in; the template goes to any account."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CDK_"))}
    environment["CDK_OUTDIR"] = str(tmp_path)
    environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"  # a call would fail
    subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=environment, check=True, timeout=120)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["artifacts"]["Dockwarden"]["environment"] == "aws://unknown-account/unknown-region"
    assert not manifest.get("missing")
    template = json.loads((tmp_path / "Dockwarden.template.json").read_text())
    assert "CDKMetadata" not in template["Resources"]


def test_a_new_finding_of_cdk_nag_ends_the_check(tmp_path: Path) -> None:
    """What is not acknowledged by name is reported, so that the accepted findings hide nothing new."""
    app = App(outdir=str(tmp_path), analytics_reporting=False)
    Validations.of(app).add_plugins(AwsSolutionsChecks())
    stack = DockwardenStack(app, "Dockwarden", settings=Settings(), code=FunctionCode.from_parameters)
    aws_cdk.aws_sqs.Queue(stack, "Open")
    acknowledge(stack)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    (report,) = json.loads((tmp_path / "validation-report.json").read_text())["pluginReports"]
    paths = {c["constructPath"] for v in report["violations"] for c in v["violatingConstructs"]}
    assert paths == {"Dockwarden/Open/Resource"}
    assert all(accepted["reason"] for accepted in report["suppressedViolations"])


def test_the_plain_template_needs_nothing_of_the_cdk() -> None:
    """Its code comes from two parameters; there is no bootstrap and no asset."""
    stack = script("write_template").plain_stack(App(analytics_reporting=False), Settings())
    template = aws_cdk.assertions.Template.from_stack(stack).to_json()
    assert set(template["Parameters"]) == {"CodeBucket", "CodeKey"}
    assert "Rules" not in template
    assert "cdk-" not in json.dumps(template["Resources"]).replace("aws:cdk:path", "")


def test_the_zip_of_the_plain_template_is_the_same_each_time(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "package").mkdir(parents=True)
    (source / "package" / "module.py").write_text("x = 1\n")
    zipped = script("write_template").zipped
    versions = {zipped(source, tmp_path / "a.zip"), zipped(source, tmp_path / "b.zip")}
    assert len(versions) == 1
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
