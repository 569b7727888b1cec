"""What is committed as text is what the code makes; `make snapshot` writes it anew."""

from pathlib import Path

from dockwarden.playbook import registry
from dockwarden_cdk.review import permissions_text, stateful_ids
from tests.cdk.stacks import EVERY, reviewed

ROOT = Path(__file__).resolve().parents[2]


def test_the_permissions_are_those_that_were_reviewed() -> None:
    """No permission changes without a line in docs/permissions.txt that somebody has read."""
    text = permissions_text(reviewed().stack, reviewed().template)
    assert text == (ROOT / "docs" / "permissions.txt").read_text()
    for name in registry():
        assert f"playbook {name}: " in text


def test_table_and_queues_keep_their_logical_ids() -> None:
    """A renamed construct would replace the ledger and the queues by empty ones."""
    assert stateful_ids(reviewed().template) == (ROOT / "tests" / "cdk" / "logical_ids.txt").read_text()


def test_no_setting_changes_the_logical_id_of_table_or_queues() -> None:
    """Raising a ceiling, a key or a prefix must never make another table."""
    committed = set((ROOT / "tests" / "cdk" / "logical_ids.txt").read_text().splitlines())
    for made in EVERY:
        found = set(stateful_ids(made().template).splitlines())
        # A key and an archive are there only where they are asked for.
        asked_for = ("KMS::Key", "SQS::Queue Events")
        assert {line for line in found if not any(kind in line for kind in asked_for)} == committed
