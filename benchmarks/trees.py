"""The trees of libraries that are compared: the built asset, its zip unpacked, and plain boto3 as pip installs it."""

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

_REFERENCE = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
_BUILD = (
    "import dataclasses, json, pathlib, sys\n"
    "from dockwarden_cdk.asset import build_asset\n"
    "built = dataclasses.asdict(build_asset(pathlib.Path(sys.argv[1])))\n"
    "print('\\n' + json.dumps(built, default=str))"
)
_EPOCH = (1980, 1, 1, 0, 0, 0)
_SDK = frozenset({"botocore"})


@dataclass(frozen=True, slots=True)
class Asset:
    """The built asset; `warning` is why it has no bytecode."""

    path: Path
    bytecode: bool
    python: str
    warning: str | None


def built_asset(out: Path) -> Asset:
    """The asset as the deploy builds it, in a process of its own: the constructs start a Node that would stay."""
    done = subprocess.run(
        [sys.executable, "-c", _BUILD, str(out)], check=True, capture_output=True, text=True
    )
    built = json.loads(done.stdout.splitlines()[-1])
    return Asset(Path(built["path"]), built["bytecode"], built["python"], built["warning"])


def reference(out: Path) -> Path:
    """boto3 and what it needs, complete and precompiled, as `pip install` leaves it; made once for a version."""
    versions = json.dumps({name: distribution(name).version for name in _REFERENCE} | {"python": sys.version})
    stamp = out / "versions.json"
    if not stamp.is_file() or stamp.read_text() != versions:
        shutil.rmtree(out, ignore_errors=True)
        for name in _REFERENCE:
            _copy(name, out)
        compiled(out)
        stamp.write_text(versions)
    return out


def _copy(name: str, out: Path) -> None:
    dist = distribution(name)
    for file in dist.files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            target = out / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(dist.locate_file(file)), target)


def compiled(tree: Path) -> None:
    """Write bytecode into a tree as an installer does it."""
    subprocess.run([sys.executable, "-I", "-m", "compileall", "-q", "-f", "-j", "0", str(tree)], check=True)


def zipped(tree: Path, to: Path, without: Iterable[str] = ()) -> Path:
    """A tree as a zip, as the CDK packs it, without some of its top folders."""
    left_out = set(without)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(p for p in tree.rglob("*") if p.is_file()):
            place = path.relative_to(tree)
            if place.parts[0] not in left_out:
                archive.writestr(
                    zipfile.ZipInfo(place.as_posix(), _EPOCH), path.read_bytes(), zipfile.ZIP_DEFLATED
                )
    return to


def without_sdk(tree: Path, to: Path) -> Path:
    """The zip of an asset without botocore."""
    return zipped(tree, to, _SDK)


def unpacked(archive: Path, to: Path) -> Path:
    """A zip unpacked as Lambda does it: with times of now, which make ordinary bytecode worthless."""
    shutil.rmtree(to, ignore_errors=True)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(to)
    return to


def sources_only(tree: Path, to: Path) -> Path:
    """A copy of a tree without bytecode, as most zips are shipped."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(tree, to, ignore=shutil.ignore_patterns("__pycache__"))
    return to
