"""Say whether something was right or wrong: what was done, what would have been done, or what is held for a person.

Your last word counts; `dockwarden readiness` counts what people said. A wrong moves the playbook down to approve in
that place, and two within seven days do so everywhere, until `dockwarden promote` gives it back. It changes nothing
in AWS: `dockwarden undo` takes back what was done.

examples:
  dockwarden mark spot_drain-0123456789abcdef right
  dockwarden mark rebalance_drain-0123456789abcdef wrong --why "it was the only host with a GPU"

exit code: 0, or 1 where the ledger holds nothing under that id.
"""

import argparse
from dataclasses import dataclass

from dockwarden.cli.account import caller, clients_of
from dockwarden.cli.installation import Installation
from dockwarden.cli.looking_back import place_of
from dockwarden.cli.parser import Parser
from dockwarden.cli.screen import inert, line
from dockwarden.errors import DockwardenError, describe
from dockwarden.guard.readiness import Mark


class NothingToMarkError(DockwardenError):
    """The ledger holds nothing under an id that could be right or wrong."""


@dataclass(frozen=True, slots=True)
class _Marked:
    id: str
    playbook: str
    place: str
    subject: str


def arguments(parser: Parser) -> None:
    """Add the arguments of `mark`."""
    parser.add_argument("id", metavar="ID", help="the id of a receipt or of a proposal")
    parser.add_argument(
        "said", metavar="right|wrong", choices=("right", "wrong"), help="what you think of it"
    )
    parser.with_why()
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Record the mark, and say what it moved."""
    installation = Installation(clients_of(args), args.stack)
    marked, parts = _marked(installation, args.id.strip()), installation.parts
    by = caller(installation.clients)
    mark = Mark(marked.id, by, args.said == "right")
    parts.trust.mark(marked.playbook, marked.place, mark, args.why, parts.clock.now())
    moved = [d.sentence() for d in parts.controls.read().demotions if d.playbook == marked.playbook]
    if args.json:
        said = {"id": marked.id, "playbook": marked.playbook, "place": marked.place, "said": args.said}
        line({**said, "by": by, "why": args.why, "demotions": moved})
    else:
        print(inert(f"{args.said}: {marked.playbook} about {marked.subject} in {marked.place}"))
        print("".join(f"  {inert(sentence)}\n" for sentence in moved), end="")
    return 0


def _marked(installation: Installation, id_: str) -> _Marked:
    """What an id names: an action that has a receipt, or a proposal, also one that became an action."""
    if not id_:
        raise NothingToMarkError("no id was given, so there is no receipt and no proposal")
    actions, held = installation.parts.actions, installation.parts.proposals.get(id_)
    intent_id = held.intent if held is not None and held.intent else id_
    intent = actions.intent(intent_id)
    if intent is not None and actions.receipt(intent_id) is not None:
        place = place_of(intent.kind, intent.action) or intent.target
        return _Marked(intent_id, intent.playbook, place, intent.subject)
    if held is not None:
        place = place_of(held.kind, dict(held.action)) or held.target
        return _Marked(held.id, held.playbook, place, held.subject)
    raise NothingToMarkError(f"the ledger holds no receipt and no proposal {describe(id_)}")
