"""The one Lambda asset: built from what is installed, without network or Docker, the same bytes every time."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from dockwarden_cdk import asset_compile, asset_files, asset_imports, asset_services, asset_trim

RUNTIME_PYTHON = "3.13"
"""The minor version of Python that the Lambda runtime has; bytecode of another one would be ignored."""

_TASK_ROOT = "/var/task"  # where Lambda unpacks it: tracebacks name this path, wherever it was built
_EPOCH = 315532800  # 1980-01-01, the first moment that a zip can name


@dataclass(frozen=True, slots=True)
class BuiltAsset:
    """The asset's directory; `warning` is one sentence where it starts slower than it could."""

    path: Path
    bytecode: bool
    python: str
    warning: str | None


def build_asset(out: Path, zones: Sequence[str] = ()) -> BuiltAsset:
    """The asset at `out`, with some time zones, built anew only where something that it is made of has changed.

    Raises AssetError where what is installed does not do, and SettingsError for a zone that there is not.
    """
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    bytecode = python == RUNTIME_PYTHON
    stamp, inputs = out.with_name(f"{out.name}.stamp"), _fingerprint(zones)
    if not _unchanged(out, stamp, inputs):
        _build(out, zones, bytecode=bytecode)
        stamp.write_text(json.dumps({"inputs": inputs, "output": _listing(out)}), encoding="ascii")
    return BuiltAsset(out, bytecode, python, None if bytecode else _warning(python))


def _warning(python: str) -> str:
    return (
        f"The Lambda asset has no bytecode, because it was built by Python {python} and runs on {RUNTIME_PYTHON}: "
        f"cold starts take several times as long; `make setup PYTHON=python{RUNTIME_PYTHON}` avoids that."
    )


def _build(out: Path, zones: Sequence[str], *, bytecode: bool) -> None:
    """Put a new directory where the old one is; who builds at the same time builds the same."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
        fresh = Path(scratch) / "new"
        _write(fresh, zones, bytecode=bytecode)
        try:
            if out.exists():
                out.rename(Path(scratch) / "old")
            fresh.rename(out)
        except OSError:
            if not out.is_dir():
                raise


def _write(fresh: Path, zones: Sequence[str], *, bytecode: bool) -> None:
    """Everything that the asset has, in a new directory."""
    for place, content in asset_files.contents(zones):
        target = fresh / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    if bytecode:
        _compile(fresh)
    for path in [*fresh.rglob("*"), fresh]:
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (_EPOCH, _EPOCH))


def _compile(directory: Path) -> None:
    """Put bytecode beside the sources, which Python takes without looking at the sources' times.

    A process of its own: what this one has imported must not show in the bytes.
    """
    command = [sys.executable, "-I", str(asset_compile.__file__), str(directory), _TASK_ROOT]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise asset_files.AssetError(f"bytecode cannot be compiled: {done.stdout}{done.stderr}")


def _unchanged(out: Path, stamp: Path, inputs: str) -> bool:
    """Whether the directory is the one that was built from these inputs, and nobody touched it."""
    try:
        built = json.loads(stamp.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    return out.is_dir() and built == {"inputs": inputs, "output": _listing(out)}


def _fingerprint(zones: Sequence[str]) -> str:
    """A hash of everything that the asset depends on."""
    digest = hashlib.sha256(sys.version.encode())
    for part in _inputs(zones):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _inputs(zones: Sequence[str]) -> Iterator[bytes]:
    """What the asset depends on: our sources, the builder's own, and what the installers recorded."""
    for place, path in asset_files.own_sources().items():
        yield place.encode()
        yield path.read_bytes()
    for module in (asset_compile, asset_files, asset_imports, asset_services, asset_trim):
        yield Path(str(module.__file__)).read_bytes()
    yield Path(__file__).read_bytes()
    yield ",".join(sorted(zones)).encode()
    for dist in [*asset_files.installed(), *([asset_files.zone_package()] if zones else [])]:
        yield f"{dist.name} {dist.version}".encode()
        yield (dist.read_text("RECORD") or "").encode()


def _listing(directory: Path) -> str:
    """A hash of the paths, sizes and times below a directory."""
    digest = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        status = path.stat()
        size = status.st_size if path.is_file() else 0
        digest.update(f"{path.relative_to(directory)}\0{size}\0{int(status.st_mtime)}\n".encode())
    return digest.hexdigest()
