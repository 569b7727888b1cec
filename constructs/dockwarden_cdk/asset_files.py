"""What goes into the asset: our own modules, and what they need of the installed distributions."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path, PurePath

from dockwarden.errors import DockwardenError, SettingsError
from dockwarden_cdk.asset_imports import closure, imported_by
from dockwarden_cdk.asset_services import SERVICES
from dockwarden_cdk.asset_trim import trimmed_data

OWN = "dockwarden"
LEFT_OUT = "cli"  # for people's machines; the only part that may import what the asset does not have

DISTRIBUTIONS = (
    "aws-lambda-powertools",
    "botocore",
    "jmespath",
    "python-dateutil",
    "six",
    "slack-sdk",
    "typing-extensions",
    "urllib3",
)

ZONES = "tzdata"
"""Of this only the zones that settings name go into the asset, where they name any."""

# These import some of their modules by computed names. They are small beside botocore's data.
_WHOLE = frozenset({"botocore", "dateutil", "urllib3"})
# Imported only by functions that nothing in Lambda calls: powertools turns pydantic models into dictionaries by the
# one, and nobody logs any; the other is for browsers. With what they need they were a quarter of the asset.
UNREACHED = ("aws_lambda_powertools/event_handler/", "urllib3/contrib/emscripten/")
_DATA = ("botocore/cacert.pem",)
_NATIVE = (".so", ".pyd", ".dylib", ".dll")


class AssetError(DockwardenError):
    """The asset cannot be built from what is installed."""


def own_sources() -> dict[str, Path]:
    """Our modules that run in Lambda, by their path in the asset."""
    spec = find_spec(OWN)
    if spec is None or not spec.submodule_search_locations:
        raise AssetError(f"{OWN} is not installed; `make setup` installs it")
    root = Path(next(iter(spec.submodule_search_locations)))
    files = {path.relative_to(root): path for path in sorted(root.rglob("*.py"))}
    return {f"{OWN}/{place.as_posix()}": path for place, path in files.items() if place.parts[0] != LEFT_OUT}


def installed() -> list[Distribution]:
    """The distributions that the asset is made of. Raises AssetError where one is not installed."""
    return [_found(name) for name in DISTRIBUTIONS]


def _found(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as error:
        raise AssetError(f"{name} is not installed; `make setup` installs it") from error


def contents(zones: Iterable[str] = ()) -> Iterator[tuple[str, bytes]]:
    """Every file of the asset but bytecode, with those of some time zones: its path, and what is in it."""
    own, others = own_sources(), _installed_files()
    sources = {place: path for place, path in {**own, **others}.items() if place.endswith(".py")}
    by_module = {_module(place): place for place in sources}
    _refuse_unknown({_module(place): path for place, path in own.items()}, by_module)
    needed = closure(map(_module, own), {name: sources[place] for name, place in by_module.items()}, _WHOLE)
    for name in sorted(needed):
        yield by_module[name], sources[by_module[name]].read_bytes()
    if "botocore" in needed:
        yield from ((place, others[place].read_bytes()) for place in _DATA)
        data = others["botocore/__init__.py"].parent / "data"
        yield from ((f"botocore/data/{name}", content) for name, content in trimmed_data(data, SERVICES))
    yield from zone_files(zones)


def zone_files(zones: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """The files of time zones as the package tzdata lays them out, where zoneinfo looks if Lambda has none.

    Raises SettingsError for a zone that it does not have, and AssetError where it is not installed.
    """
    places = {f"tzdata/zoneinfo/{zone}": zone for zone in sorted(zones) if zone != "UTC"}
    if not places:
        return
    tzdata = zone_package()
    known = {file.as_posix(): Path(str(tzdata.locate_file(file))) for file in tzdata.files or ()}
    for place, zone in places.items():
        if place not in known:
            raise SettingsError("freeze", zone, f"a time zone that tzdata {tzdata.version} has")
    packages = {f"{above.as_posix()}/__init__.py" for place in places for above in Path(place).parents}
    for place in sorted({*places, *packages} & known.keys()):
        yield place, known[place].read_bytes()


def zone_package() -> Distribution:
    """The distribution that has the time zones. Raises AssetError where it is not installed."""
    return _found(ZONES)


def _installed_files() -> dict[str, Path]:
    """The files of the distributions by their path below site-packages. Raises AssetError for native code."""
    files: dict[str, Path] = {}
    for dist in installed():
        for file in dist.files or ():
            if file.suffix in _NATIVE:
                raise AssetError(
                    f"{dist.name} {dist.version} has native code ({file}); the asset must run anywhere"
                )
            if _may_be_needed(file):
                files[file.as_posix()] = Path(str(dist.locate_file(file)))
    return files


def _may_be_needed(file: PurePath) -> bool:
    """Whether a file of a distribution may be of use in Lambda."""
    strange = ".." in file.parts or "__pycache__" in file.parts
    return not strange and not file.as_posix().startswith(UNREACHED)


def _refuse_unknown(own: Mapping[str, Path], modules: Mapping[str, str]) -> None:
    """Raise AssetError where our code imports something that neither Python nor the asset has."""
    known = {name.partition(".")[0] for name in modules} | sys.stdlib_module_names
    for module, path in own.items():
        for imported in imported_by(module, path):
            if imported.partition(".")[0] not in known:
                raise AssetError(f"{module} imports {imported}, which is none of {', '.join(DISTRIBUTIONS)}")


def _module(place: str) -> str:
    """The name of the module at a path."""
    return place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
