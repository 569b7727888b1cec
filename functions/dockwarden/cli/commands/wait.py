"""Wait until a release has come to stay, or until it is known that it has not: for the last step of a pipeline.

Call it when UpdateService, or the tool that deploys, has answered. It reads ECS and the ledger and changes nothing.
A release has come to stay when the service is on that very task definition, its deployment is over, all tasks run, and
that was so for the whole soak. What it sees goes to standard error, a line for each change; the answer to standard
output.

examples:
  dockwarden wait --cluster web-prod --service web-api --task-definition web-api:43
  dockwarden wait --cluster web-prod --service web-api --task-definition "$ARN" --soak 10m --timeout 30m
  dockwarden wait --cluster web-prod --service web-api --task-definition "$ARN" --json | jq -r .sentence

exit codes:
  0   it runs and has soaked
  1   it is not known whether it stays: not steady within the timeout, replaced by another release, given up by ECS
      or never deployed, or ECS cannot be read
  2   what was typed is wrong
  3   it was rolled back, by Dockwarden (why, and the receipt), by ECS, or by somebody who deployed what was before
  4   it fails, and its rollback is held for a person: what for, and the id to approve
  5   ECS says that it runs and has soaked, but Dockwarden could not be asked: it is not reachable, not installed,
      or not for this cluster

The policy that it needs, and examples for GitHub Actions and GitLab: docs/pipelines.md.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TextIO

from dockwarden.cli.account import clients_of
from dockwarden.cli.lengths import length
from dockwarden.cli.parser import Parser
from dockwarden.cli.release_course import Answer, Course, Ended, Terms
from dockwarden.cli.release_looks import ReleaseLooks
from dockwarden.cli.screen import inert, line
from dockwarden.cli.waiting import UNSEEN, follow
from dockwarden.clock import Clock, SystemClock
from dockwarden.errors import SettingsError
from dockwarden.events.arn import Arn, in_cluster
from dockwarden.facts.services import ServiceRef
from dockwarden.service_actions import revision_name
from dockwarden.spans import span

_CODES = {Answer.SOAKED: 0, Answer.ROLLED_BACK: 3, Answer.HELD: 4}
_NOT_KNOWN, _ALONE = 1, 5
_SENTENCE = 2000
_SELDOM = timedelta(minutes=1)
_QUIET = timedelta(minutes=5)
"""Some runners end a job that prints nothing for ten minutes."""


def arguments(parser: Parser) -> None:
    """Add the arguments of `wait`."""
    parser.add_argument("--cluster", required=True, metavar="NAME", help="the cluster, by its name or ARN")
    parser.add_argument("--service", required=True, metavar="NAME", help="the service, by its name or ARN")
    parser.add_argument(
        "--task-definition",
        required=True,
        metavar="ARN",
        help="what was deployed: an ARN, or family:revision",
    )
    parser.add_argument(
        "--soak",
        type=length,
        default="10m",
        metavar="TIME",
        help="how long it has to be steady (default: %(default)s)",
    )
    parser.add_argument(
        "--timeout", type=length, default="1h", metavar="TIME", help="the longest wait (default: %(default)s)"
    )
    parser.add_argument(
        "--every", type=length, default="15s", metavar="TIME", help="how often to look (default: %(default)s)"
    )
    parser.with_installation()
    parser.with_json()


def run(args: argparse.Namespace) -> int:
    """Wait, and say what became of the release."""
    return waited(args, SystemClock(), time.sleep)


def waited(args: argparse.Namespace, clock: Clock, sleep: Callable[[float], object]) -> int:
    """The same by a given clock; the exit code."""
    service, terms, clients = _service(args), _terms(args), clients_of(args)
    _same_region(args, clients.region)
    looks = ReleaseLooks(clients, args.stack, service, terms.task_definition)
    course, progress = Course(clock.now()), _Progress(clock.now())
    for course in follow(looks.now, terms, clock, lambda: sleep(args.every.total_seconds())):
        with _though_nobody_listens(sys.stderr):
            progress.tell(clock.now(), course)
    ended = course.ended or Ended(Answer.LATE, course.doing)
    with _though_nobody_listens(sys.stdout):
        _tell(args, terms, ended)
    return _code(ended)


def _service(args: argparse.Namespace) -> ServiceRef:
    found = ServiceRef(args.cluster.rpartition("/")[2], args.service.rpartition("/")[2])
    for option, name, given in (
        ("cluster", found.cluster, args.cluster),
        ("service", found.name, args.service),
    ):
        if not name:
            raise SettingsError(f"--{option}", given, "a name or an ARN")
    within = in_cluster(args.service, "service")
    if within is not None and within.cluster not in (None, found.cluster):
        raise SettingsError("--service", args.service, f"a service of cluster {found.cluster}")
    return found


def _terms(args: argparse.Namespace) -> Terms:
    name = revision_name(args.task_definition.strip())
    family, _, revision = name.rpartition(":")
    if not family or not revision.isdecimal():
        raise SettingsError("--task-definition", args.task_definition, "an ARN or family:revision")
    if args.soak >= args.timeout:
        raise SettingsError("--timeout", str(args.timeout), "more than the soak")
    if args.every > _SELDOM:
        most = f"{span(_SELDOM)} at most: a soak of which nobody has seen {span(UNSEEN)} is none"
        raise SettingsError("--every", str(args.every), most)
    accounts = (arn.account for arn in _arns(args).values() if arn.account)
    return Terms(name, args.soak, args.timeout, next(accounts, None))


def _arns(args: argparse.Namespace) -> dict[str, Arn]:
    """Those of the options that are ARNs."""
    given = {
        "--task-definition": args.task_definition.strip(),
        "--service": args.service,
        "--cluster": args.cluster,
    }
    return {option: arn for option, text in given.items() if (arn := Arn.read(text)) is not None}


def _same_region(args: argparse.Namespace, region: str) -> None:
    """Refuse an ARN of another region than the one that is asked, where something else may have the same name."""
    for option, arn in _arns(args).items():
        if arn.region and arn.region != region:
            raise SettingsError(
                option, arn.region, f"an ARN of region {region}, which is asked; see --region"
            )


@dataclass(slots=True)
class _Progress:
    """What was said on the way: a line for each thing that has changed, and one now and then where nothing has."""

    at: datetime
    doing: str = ""
    alone: str | None = None

    def tell(self, at: datetime, now: Course) -> None:
        """Say what is new; the answer itself is no progress."""
        news = [] if now.doing == self.doing or now.ended is not None else [now.doing]
        if now.alone is not None and now.alone != self.alone:
            news.append(f"Dockwarden could not be asked: {now.alone}")
        if not news and now.ended is None and at - self.at >= _QUIET:
            news.append(f"{now.doing}{_so_far(at, now)}")
        self.doing, self.alone, self.at = now.doing, now.alone, at if news else self.at
        for one in news:
            print(f"{at:%H:%M:%S}Z  {inert(one)}", file=sys.stderr, flush=True)


def _so_far(at: datetime, now: Course) -> str:
    steady = f", {span(at - now.steady_since)} so far" if now.steady_since is not None else ""
    return f"{steady} (waited for {span(at - now.began)})"


@contextmanager
def _though_nobody_listens(stream: TextIO) -> Iterator[None]:
    """Go on where the reader of a pipe has gone, as `| head` does: the exit code is the answer, too."""
    try:
        yield
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _code(ended: Ended) -> int:
    alone = ended.answer is Answer.SOAKED and ended.alone is not None
    return _ALONE if alone else _CODES.get(ended.answer, _NOT_KNOWN)


def _tell(args: argparse.Namespace, terms: Terms, ended: Ended) -> None:
    """Print the answer."""
    if args.json:
        line(
            {
                "task_definition": terms.task_definition,
                "answer": ended.answer,
                "sentence": ended.sentence,
                "cause": ended.cause,
                "receipt": ended.receipt,
                "alone": ended.alone,
                "exit_code": _code(ended),
            }
        )
        return
    print(f"{inert(terms.task_definition)}: {ended.answer}: {inert(ended.sentence, _SENTENCE)}")
    for more in _more(ended):
        print(f"  {inert(more)}")


def _more(ended: Ended) -> Iterator[str]:
    """What stands below the answer."""
    if ended.cause is not None and ended.cause not in ended.sentence:
        yield f"the cause: {ended.cause}"
    if ended.receipt is not None:
        command = "receipt" if ended.answer is Answer.ROLLED_BACK else "approve"
        yield f"dockwarden {command} {ended.receipt}"
    if ended.alone is not None:
        yield f"this is ECS's own answer, Dockwarden could not be asked: {ended.alone}"
