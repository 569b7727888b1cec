"""The Lambda asset: complete, pure Python, small, precompiled, and the same bytes every time."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from dockwarden.errors import SettingsError
from dockwarden_cdk import asset as asset_module
from dockwarden_cdk import asset_files
from dockwarden_cdk.asset import RUNTIME_PYTHON, BuiltAsset, build_asset
from dockwarden_cdk.asset_files import AssetError
from dockwarden_cdk.asset_services import SERVICES

MEGABYTE = 1_000_000
BUILD_IS_RUNTIME = f"{sys.version_info.major}.{sys.version_info.minor}" == RUNTIME_PYTHON
UNCHECKED_HASH = 0b01
SDK = ("botocore",)

IMPORT_EVERYTHING = """
import json, pathlib, runpy, sys
asset, services = sys.argv[1], json.loads(sys.argv[2])
sys.path[:] = [p for p in sys.path if 'site-packages' not in p]
sys.path.insert(0, asset)
for path in sorted(pathlib.Path(asset, 'dockwarden').rglob('*.py')):
    name = '.'.join(path.relative_to(asset).with_suffix('').parts).removesuffix('.__init__')
    __import__(name)
from dockwarden.aws.clients import Clients
clients = Clients('eu-central-1')
for service in services:
    clients.client(service)
ours = [m for m in sys.modules.values() if getattr(m, '__file__', None)]
print(json.dumps([m.__file__ for m in ours if 'site-packages' in m.__file__]))
"""


def files_of(directory: Path) -> dict[str, bytes]:
    return {p.relative_to(directory).as_posix(): p.read_bytes() for p in directory.rglob("*") if p.is_file()}


def zipped(directory: Path, to: Path, without: tuple[str, ...] = ()) -> int:
    """The size of a directory as a zip, best compression, some of its top folders left out."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for place, content in sorted(files_of(directory).items()):
            if place.partition("/")[0] not in without:
                archive.writestr(place, content)
    return to.stat().st_size


def test_everything_that_runs_in_lambda_imports_from_the_asset_alone(asset: BuiltAsset) -> None:
    """No module of ours, and no client of a declared service, needs anything that is not in the asset."""
    environment = {
        "PATH": os.defpath,
        "AWS_LAMBDA_FUNCTION_NAME": "test",
        "DOCKWARDEN_PLAYBOOKS": "spot_drain",
        "POWERTOOLS_METRICS_NAMESPACE": "Dockwarden",
        "POWERTOOLS_SERVICE_NAME": "dockwarden",
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORT_EVERYTHING, str(asset.path), json.dumps(sorted(SERVICES))],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


def test_the_asset_has_neither_native_code_nor_what_only_people_use(asset: BuiltAsset) -> None:
    """It runs on arm64 and x86_64 alike, and the command line stays out of Lambda."""
    places = files_of(asset.path)
    assert not [p for p in places if p.endswith((".so", ".pyd", ".dylib", ".pyi", ".rst"))]
    assert not [p for p in places if p.startswith("dockwarden/cli/") or ".dist-info/" in p]
    assert "dockwarden/runtime/lane.py" in places
    assert "aws_lambda_powertools/utilities/parser/__init__.py" not in places


ROUND_TRIP = """
import sys
sys.path[:] = [p for p in sys.path if 'site-packages' not in p]
sys.path.insert(0, sys.argv[1])
from aws_lambda_powertools.metrics import MetricUnit
from dockwarden.runtime.telemetry import logger, metrics
try:
    raise ValueError('why')
except ValueError:
    logger.exception('it failed', extra={'thing': {'name': 'a'}, 'odd': {2}})
metrics.add_metric(name='Told', unit=MetricUnit.Count, value=1)
metrics.flush_metrics()
print('event_handler' in ' '.join(sys.modules))
"""


def test_what_nothing_in_lambda_reaches_stays_out_and_is_not_missed(asset: BuiltAsset) -> None:
    """Powertools' web framework came along by an import in a function; logs and metrics do without it."""
    assert not [place for place in files_of(asset.path) if place.startswith(asset_files.UNREACHED)]
    command = [sys.executable, "-I", "-S", "-c", ROUND_TRIP, str(asset.path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    logged, measured, reached = done.stdout.splitlines()
    assert (json.loads(logged)["thing"], json.loads(logged)["message"]) == ({"name": "a"}, "it failed")
    assert json.loads(measured)["Told"] == [1.0]
    assert reached == "False"


def test_building_again_in_another_process_gives_the_same_bytes(asset: BuiltAsset, tmp_path: Path) -> None:
    """The asset's hash, which names it in the deploy, changes only when something in it changes."""
    again = tmp_path / "somewhere" / "else"
    code = "import sys, pathlib; from dockwarden_cdk.asset import build_asset; build_asset(pathlib.Path(sys.argv[1]))"
    environment = os.environ | {"PYTHONHASHSEED": "42", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code, str(again)], check=True, env=environment)
    assert files_of(again) == files_of(asset.path)
    assert {p.stat().st_mtime for p in again.rglob("*")} == {315532800.0}


def test_an_unchanged_asset_is_not_built_again(asset: BuiltAsset, monkeypatch: pytest.MonkeyPatch) -> None:
    """A synth costs nothing for an asset that is there already."""

    def refuse(_zones: object) -> object:
        raise AssertionError("it was built again")

    monkeypatch.setattr(asset_files, "contents", refuse)
    assert build_asset(asset.path) == asset


def test_an_asset_that_somebody_touched_is_built_again(asset: BuiltAsset, tmp_path: Path) -> None:
    """What is deployed is what the sources say, also after a file was removed by hand."""
    out = tmp_path / "lambda"
    shutil.copytree(asset.path, out)
    shutil.copy(asset.path.with_name("lambda.stamp"), tmp_path)
    (out / "dockwarden" / "runtime" / "lane.py").unlink()
    build_asset(out)
    assert files_of(out) == files_of(asset.path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["lambda", "lambda.stamp"]


@pytest.mark.skipif(not BUILD_IS_RUNTIME, reason=f"bytecode is made by Python {RUNTIME_PYTHON} only")
def test_every_source_has_bytecode_that_is_taken_without_a_check(asset: BuiltAsset) -> None:
    """A cold start compiles nothing, whatever time the zip gives the files, and tracebacks name Lambda's path."""
    sources = [p for p in asset.path.rglob("*.py") if p.stat().st_size]
    for source in sources:
        compiled = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
        header = compiled.read_bytes()[:8]
        assert header == MAGIC_NUMBER + UNCHECKED_HASH.to_bytes(4, "little"), source
    lane = asset.path / "dockwarden" / "runtime" / "__pycache__" / "lane.cpython-313.pyc"
    assert b"/var/task/dockwarden/runtime/lane.py" in lane.read_bytes()


def test_another_python_ships_sources_and_says_so_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytecode of another minor version would only be dead weight."""
    monkeypatch.setattr(asset_module, "RUNTIME_PYTHON", "3.99")
    monkeypatch.setattr(asset_files, "contents", lambda _: iter([("dockwarden/a.py", b"A = 1\n")]))
    built = build_asset(tmp_path / "lambda")
    assert not built.bytecode
    assert built.warning is not None
    assert "no bytecode" in built.warning
    assert "3.99" in built.warning
    assert list(files_of(built.path)) == ["dockwarden/a.py"]


def test_a_source_that_does_not_compile_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken asset is never left where a good one is expected."""
    monkeypatch.setattr(asset_module, "RUNTIME_PYTHON", f"{sys.version_info.major}.{sys.version_info.minor}")
    monkeypatch.setattr(asset_files, "contents", lambda _: iter([("dockwarden/a.py", b"def\n")]))
    with pytest.raises(AssetError, match=r"a\.py"):
        build_asset(tmp_path / "lambda")
    assert list(tmp_path.iterdir()) == []


def test_an_import_that_the_asset_does_not_have_stops_the_build(tmp_path: Path) -> None:
    """A new dependency is declared, or the deploy fails here and not at the first event."""
    module = tmp_path / "new.py"
    module.write_text("import pydantic\n")
    with pytest.raises(AssetError, match="imports pydantic"):
        asset_files._refuse_unknown({"dockwarden.new": module}, {"dockwarden.new": "dockwarden/new.py"})


def test_the_asset_keeps_to_its_size(asset: BuiltAsset, tmp_path: Path) -> None:
    """Budget 12: 6.5 MB zipped with the trimmed botocore, 2.5 MB without."""
    whole = zipped(asset.path, tmp_path / "whole.zip")
    own = zipped(asset.path, tmp_path / "own.zip", without=SDK)
    print(f"zipped: {whole / MEGABYTE:.2f} MB, without botocore {own / MEGABYTE:.2f} MB")  # noqa: T201  a fact for -s
    assert whole <= 6.5 * MEGABYTE
    assert own <= 2.5 * MEGABYTE


FREEZE_IN_BERLIN = """
import json, sys
sys.path[:] = [p for p in sys.path if 'site-packages' not in p]
sys.path.insert(0, sys.argv[1])
import zoneinfo
from datetime import UTC, datetime
from dockwarden.guard.freezes import frozen
from dockwarden.guard.whereabouts import Whereabouts
from dockwarden.runtime.config import read_config
assert zoneinfo.TZPATH == (), zoneinfo.TZPATH
freeze = {'name': 'weekend', 'zone': sys.argv[2], 'weekly': 'Fri 17:00..Mon 08:00'}
config = read_config(json.dumps({'account': '1', 'region': 'r', 'freezes': [freeze]}))
now = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
print(frozen(config.freezes, Whereabouts(None, None, 'x'), 'p', now, {}))
"""


def frozen_in(asset: Path, zone: str) -> str:
    """What a function says that has this asset and no time zones of its own."""
    command = [sys.executable, "-S", "-c", FREEZE_IN_BERLIN, str(asset), zone]
    environment = {"PATH": os.defpath, "PYTHONTZPATH": ""}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()


def test_a_freeze_in_berlin_works_where_lambda_has_no_time_zones(tmp_path: Path) -> None:
    """The asset has the zones that the settings name, where zoneinfo looks for them, and no others."""
    pytest.importorskip("tzdata", reason="`make setup` installs it")
    for place, content in asset_files.contents(["Europe/Berlin", "UTC"]):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(content)
    assert frozen_in(tmp_path, "Europe/Berlin") == (
        'frozen by "weekend" for 2 days yet, until Mon 23 Nov 2026, 08:00 Europe/Berlin (23 Nov 2026, 07:00 UTC)'
    )
    assert "cannot be read" in frozen_in(tmp_path, "Europe/Paris")
    brought = [place for place in files_of(tmp_path) if place.startswith("tzdata/")]
    assert sorted(place for place in brought if "__pycache__" not in place) == [
        "tzdata/__init__.py",
        "tzdata/zoneinfo/Europe/Berlin",
        "tzdata/zoneinfo/Europe/__init__.py",
        "tzdata/zoneinfo/__init__.py",
    ]


def test_an_asset_without_named_zones_has_none_and_utc_needs_none(asset: BuiltAsset) -> None:
    """What nobody asks for costs no cold start."""
    assert list(asset_files.zone_files(["UTC"])) == []
    assert not [place for place in files_of(asset.path) if place.startswith("tzdata/")]
    assert "cannot be read" in frozen_in(asset.path, "Europe/Berlin")
    assert frozen_in(asset.path, "UTC") == "None"


def test_another_zone_is_another_asset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A freeze that is added in dockwarden.toml builds the asset anew."""
    pytest.importorskip("tzdata", reason="`make setup` installs it")
    sources = [("dockwarden/a.py", b"A = 1\n")]
    monkeypatch.setattr(asset_files, "contents", lambda zones: [*sources, *asset_files.zone_files(zones)])
    place = "tzdata/zoneinfo/Europe/Berlin"
    assert place not in files_of(build_asset(tmp_path / "lambda").path)
    assert place in files_of(build_asset(tmp_path / "lambda", ["Europe/Berlin"]).path)


def test_a_zone_that_tzdata_does_not_have_is_one_sentence_at_synth() -> None:
    """Also where the machine that builds knows it under that name."""
    pytest.importorskip("tzdata", reason="`make setup` installs it")
    with pytest.raises(SettingsError, match=r"found 'Nowhere/Land', expected a time zone that tzdata 20\d\d"):
        list(asset_files.zone_files(["Nowhere/Land"]))


def test_the_pinned_python_is_one_that_lambda_has() -> None:
    """The constant is compared as text with a version: a typo would quietly ship no bytecode."""
    major, _, minor = RUNTIME_PYTHON.partition(".")
    assert (int(major), int(minor)) >= (3, 13)
