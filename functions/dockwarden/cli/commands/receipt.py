"""Show what was about to be done under an id, why, and what came of it: the intent and its receipt.

The id stands in each message as "Receipt", in CloudTrail as the role session's name, and in `dockwarden check`.
That of a batch (batch-...) names several intents, because one call was about all of them.

examples:
  dockwarden receipt spot_drain-0123456789abcdef
  dockwarden receipt batch-0123456789abcdef
  dockwarden receipt spot_drain-0123456789abcdef --json | jq .intent.transcript

exit code: 0, or 1 where the ledger holds nothing under that id; it keeps 400 days.
"""

import argparse
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from dockwarden.cli.account import clients_of
from dockwarden.cli.installation import Installation
from dockwarden.cli.parser import Parser
from dockwarden.cli.screen import columns, inert, line
from dockwarden.errors import DockwardenError, SettingsError, describe
from dockwarden.ledger.ledger import ActionLedger
from dockwarden.ledger.records import Intent, Receipt, stamp

_BATCH = "batch-"
_SHOWN = 2000


class NoReceiptError(DockwardenError):
    """The ledger holds nothing under an id."""


def arguments(parser: Parser) -> None:
    """Add the arguments of `receipt`."""
    parser.add_argument("id", metavar="ID", help="the id of an intent or of a batch")
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Print each intent of the id with its receipt."""
    asked = args.id.strip()
    if not asked:
        raise SettingsError("ID", args.id, "the id of an intent or of a batch")
    ledger = Installation(clients_of(args), args.stack).parts.actions
    for number, (intent, receipt) in enumerate(_found(ledger, asked)):
        if args.json:
            line({"intent": _plain(intent), "receipt": _plain(receipt) if receipt is not None else None})
        else:
            print(("\n" if number else "") + _readable(intent, receipt))
    return 0


def _found(ledger: ActionLedger, asked: str) -> Iterator[tuple[Intent, Receipt | None]]:
    """The intents of an id with their receipts. Raises NoReceiptError where there is none."""
    ids = ledger.batch(asked) if asked.startswith(_BATCH) else [asked]
    if not ids:
        raise NoReceiptError(f"the ledger knows no batch {describe(asked)}; it keeps 400 days")
    for intent_id in ids:
        intent = ledger.intent(intent_id)
        if intent is None:
            raise NoReceiptError(f"the ledger has no intent {describe(intent_id)}; it keeps 400 days")
        yield intent, ledger.receipt(intent_id)


def _plain(record: Intent | Receipt) -> dict[str, Any]:
    """A record as JSON has it: every field that it was written with, times as UTC stamps."""
    values = {name: getattr(record, name) for name in record.__dataclass_fields__}
    return {n: stamp(v) if isinstance(v, datetime) else v for n, v in values.items()}


def _readable(intent: Intent, receipt: Receipt | None) -> str:
    """An intent and its receipt for people; the transcript is for programs and left out."""
    rows = [(n, v) for n, v in _plain(intent).items() if n != "transcript" and v not in (None, "", {})]
    rows = [row for name, value in rows for row in _rows(name, value)]
    if receipt is None:
        rows.append(("receipt", "none yet: it is under way, or the sweep will find out what came of it"))
    else:
        closed = {"receipt": str(receipt.state), **_plain(receipt)}
        rows += [(n, v) for n, v in closed.items() if n not in ("intent", "state") and v is not None]
    return "\n".join(columns([(inert(name), inert(value, _SHOWN)) for name, value in rows], ""))


def _rows(name: str, value: Any) -> list[tuple[str, Any]]:
    """A field, or the fields in it, each a row."""
    if isinstance(value, dict):
        return [(f"{name}.{inner}", found) for inner, found in value.items()]
    return [(name, value)]
