"""The shape of the repository: where packages live, who may import whom, and what no file may name."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import constructs
import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCKWARDEN = ROOT / "functions" / "dockwarden"

# What each part may never import, by prefix of the module's name. "dockwarden.*" is the core's modules of the root.
NEVER_IN_FUNCTIONS = ("lab", "tests", "benchmarks", "dockwarden_cdk", "aws_cdk", "constructs")
SDKS = ("boto3", "botocore", "slack_sdk", "aws_lambda_powertools")
EFFECTS = ("dockwarden.aws", "dockwarden.ledger", "dockwarden.notify")
OUTER = ("dockwarden.runtime", "dockwarden.cli")
CORE = (*NEVER_IN_FUNCTIONS, *SDKS, *EFFECTS, *OUTER)
FORBIDDEN = {
    "functions/dockwarden/*.py": CORE,
    "functions/dockwarden/events": (*CORE, "dockwarden.playbooks"),
    "functions/dockwarden/facts": (*CORE, "dockwarden.playbooks"),
    "functions/dockwarden/causes": (
        *(*CORE, "dockwarden.playbooks", "dockwarden.guard"),
        *("dockwarden.facts", "dockwarden.incidents"),
    ),
    "functions/dockwarden/guard": (*CORE, "dockwarden.playbooks"),
    # What is known of a service is data: facts by their protocols, and no guard, which is about actions.
    "functions/dockwarden/incidents": (*CORE, "dockwarden.playbooks", "dockwarden.guard"),
    "functions/dockwarden/rollback": (*CORE, "dockwarden.playbooks", "dockwarden.guard"),
    "functions/dockwarden/playbooks": CORE,
    "functions/dockwarden/aws": (*NEVER_IN_FUNCTIONS, *OUTER, "dockwarden.playbooks"),
    "functions/dockwarden/ledger": (*NEVER_IN_FUNCTIONS, *OUTER, "dockwarden.playbooks", "dockwarden.notify"),
    "functions/dockwarden/notify": (*NEVER_IN_FUNCTIONS, *OUTER, "dockwarden.playbooks"),
    "functions/dockwarden/runtime": (*NEVER_IN_FUNCTIONS, "dockwarden.cli"),
    "functions/dockwarden/cli": NEVER_IN_FUNCTIONS,
    "constructs/dockwarden_cdk": (
        *("dockwarden.aws", "dockwarden.notify", "dockwarden.ledger.dynamodb", *OUTER),
        *("lab", "tests", "benchmarks"),
    ),
    "lab": ("tests", "benchmarks", "dockwarden_cdk", "aws_cdk"),
}

# Modules without which the tests below would look at nothing.
KNOWN_MODULES = (
    "functions/dockwarden/errors.py",
    "functions/dockwarden/clock.py",
    "functions/dockwarden/events/parse.py",
    "functions/dockwarden/guard/rulings.py",
    "functions/dockwarden/playbooks/spot_drain.py",
    "functions/dockwarden/playbooks/instance_index.py",
    "functions/dockwarden/causes/tasks.py",
    "functions/dockwarden/incidents/rules.py",
    "functions/dockwarden/ledger/dynamodb.py",
    "functions/dockwarden/runtime/lane.py",
    "functions/dockwarden/cli/main.py",
    "app.py",
)


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement: the full name of what it brings, and where it stands."""

    module: str
    path: Path
    line: int

    def is_under(self, prefix: str) -> bool:
        """Whether the imported module is the named one or lies in it."""
        return self.module == prefix or self.module.startswith(prefix + ".")


def imports_of(path: Path) -> Iterator[Import]:
    """Yield every import of a file, also those inside functions and under TYPE_CHECKING."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, path, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            prefix = "." * node.level + (node.module or "")
            yield from (Import(f"{prefix}.{alias.name}", path, node.lineno) for alias in node.names)


def files_of(part: str) -> list[Path]:
    """Return the Python files of a part; `folder/*.py` means that folder only."""
    return sorted(ROOT.glob(part if part.endswith(".py") else f"{part}/**/*.py"))


def violations(part: str, forbidden: tuple[str, ...]) -> list[str]:
    """Return one readable line for each import that the direction forbids."""
    found = [imported for path in files_of(part) for imported in imports_of(path)]
    return [
        f"{bad.path.relative_to(ROOT)}:{bad.line} imports {bad.module}"
        for bad in found
        if bad.module.startswith(".") or any(bad.is_under(prefix) for prefix in forbidden)
    ]


@pytest.mark.parametrize("source_root", ["constructs", "functions"])
def test_a_source_root_is_never_a_package(source_root: str) -> None:
    """With an __init__.py, `constructs/` would hide the CDK's library of that name (aws-cdk issue 19301)."""
    assert (ROOT / source_root).is_dir()
    assert not (ROOT / source_root / "__init__.py").exists()


def test_constructs_is_the_cdk_library_and_not_our_folder() -> None:
    """`import constructs` finds the installed library, although our root is on the path."""
    assert str(ROOT) in sys.path
    assert constructs.__file__ is not None
    assert "site-packages" in Path(constructs.__file__).parts
    assert issubclass(constructs.Construct, object)


@pytest.mark.parametrize("module", KNOWN_MODULES)
def test_the_known_modules_are_where_the_layout_says(module: str) -> None:
    """The tests of import direction look at real files."""
    assert (ROOT / module).is_file()


@pytest.mark.parametrize(("part", "forbidden"), FORBIDDEN.items(), ids=list(FORBIDDEN))
def test_imports_point_in_one_direction(part: str, forbidden: tuple[str, ...]) -> None:
    """Playbooks lean on the core only, effects on the core, the runtime on both, and nothing leans back."""
    assert files_of(part), f"{part} has no file: was it renamed?"
    assert violations(part, forbidden) == []


# All that a playbook may import of Dockwarden, as docs/architecture.md says.
PURE_CORE = (
    *("events", "causes", "incidents", "facts", "actions", "service_actions", "pinned_actions", "verdicts"),
    "code_deploy_actions",
    *("rollback", "hashing", "lanes", "playbook", "spans"),
    # What a playbook may want to be kept; the guard's rules themselves no playbook knows.
    *("guard.deeds", "guard.orders", "guard.people", "playbooks._draining"),
)


def test_a_playbook_leans_on_the_pure_core_only() -> None:
    """It decides: it knows no rule of the guard, no settings of an installation and nothing that reads or writes."""
    strangers = [
        f"{imported.path.name}:{imported.line} imports {imported.module}"
        for path in files_of("functions/dockwarden/playbooks")
        for imported in imports_of(path)
        if imported.is_under("dockwarden")
        and not any(imported.is_under(f"dockwarden.{part}") for part in PURE_CORE)
    ]
    assert strangers == []


def test_every_part_of_the_lambda_side_has_a_direction() -> None:
    """A new folder in functions/dockwarden cannot escape the test above."""
    folders = {path.parent.relative_to(ROOT).as_posix() for path in DOCKWARDEN.glob("*/*.py")}
    assert folders
    assert folders <= FORBIDDEN.keys()


def test_the_lab_takes_nothing_of_dockwarden_but_in_its_wiring() -> None:
    """The world of the lab is built from AWS's behaviour, not from ours; only what wires both knows both."""
    strangers = [
        f"{path.relative_to(ROOT)}:{imported.line} imports {imported.module}"
        for path in files_of("lab")
        if not {"wiring", "lab_handler", "demo"} & {path.stem, *path.relative_to(ROOT).parts}
        for imported in imports_of(path)
        if imported.is_under("dockwarden")
    ]
    assert strangers == []


IMPORT_ALL_PLAYBOOKS = """
import importlib, pkgutil, sys
import dockwarden.playbooks as package
names = [module.name for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    importlib.import_module(name)
print(len(names))
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_playbooks_import_without_any_sdk() -> None:
    """A decision needs no client: every playbook loads without boto3, botocore, aws_cdk or Slack's library."""
    ran = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL_PLAYBOOKS],
        cwd=ROOT / "functions",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    count, loaded = ran.stdout.splitlines()
    assert int(count) >= len(list((DOCKWARDEN / "playbooks").glob("[a-z]*.py"))) > 0
    assert {"dockwarden", "sys"} <= set(loaded.split())
    assert {"boto3", "botocore", "aws_cdk", "constructs", "slack_sdk"} & set(loaded.split()) == set()


# Written in two halves, so that this file does not name them.
NEVER_NAMED = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js",
    "/work" + "/",
    "/root" + "/",
    "../sha" + "red",
)


def files_of_the_repository() -> list[Path]:
    """Return every file that is or would be committed; nothing where this is no git checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_registry_or_a_place_on_a_machine() -> None:
    """Where packages come from is pip's and npm's own setting, and nothing depends on where it was written."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout, so nobody can tell what belongs to the repository")
    files = files_of_the_repository()
    assert ROOT / "pyproject.toml" in files
    assert {path.relative_to(ROOT).as_posix(): found for path in files if (found := names_in(path))} == {}


def names_in(path: Path) -> list[str]:
    """Return which of the names that no file may have are in a file."""
    text = path.read_bytes().decode("utf-8", errors="ignore")
    return [name for name in NEVER_NAMED if name in text]
