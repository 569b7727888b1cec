"""Checks of what people have to give: clusters, modes, a channel, a token, and a filled index."""

import json
import shlex
from collections.abc import Iterator
from typing import Any

from dockwarden.cli.account import AccountError, ask
from dockwarden.cli.findings import Finding, fail, ok, warn
from dockwarden.cli.installation import Installation
from dockwarden.cli.modes_shown import mode_without_tags
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.freezes import Unreadable, WhileAlarm
from dockwarden.playbook import registry

_DESCRIBE = 100  # DescribeClusters takes no more


def clusters(installation: Installation) -> Iterator[Finding]:
    """Whether clusters are opted in, and exist."""
    arns = installation.config.cluster_arns()
    if not arns:
        todo = "list them as `clusters` in dockwarden.toml, then deploy"
        yield fail("clusters", "no cluster is opted in, so nothing is read and nothing done", todo)
    wanted = list(arns.values())
    active = set[str]()
    for start in range(0, len(wanted), _DESCRIBE):
        some = wanted[start : start + _DESCRIBE]
        answer = installation.clients.client("ecs").describe_clusters(clusters=some)
        active |= {found["clusterArn"] for found in answer["clusters"] if found["status"] == "ACTIVE"}
    for name, arn in arns.items():
        if arn in active:
            yield ok("clusters", f"{name} is opted in and active")
        else:
            yield fail(
                "clusters",
                f"{name} is opted in, but there is no active cluster of that name",
                "correct the name",
            )


def index(installation: Installation) -> Iterator[Finding]:
    """Whether the index knows the container instances that the clusters have."""
    found = installation.fleet.all_container_instances()
    if isinstance(found, NotRead):
        yield warn("index", f"not read: {found.why}", "allow your own role ecs:ListContainerInstances")
        return
    known = installation.parts.index.find(instance.ec2_instance_id for instance in found)
    todo = "wait for the next sweep (5 minutes), then see the log of lane records"
    if found and not known:
        yield fail("index", f"it is empty, while the clusters have {len(found)} container instances", todo)
    elif len(known) < len(found):
        yield warn("index", f"it knows {len(known)} of {len(found)} container instances", todo)
    else:
        yield ok("index", f"it knows all {len(found)} container instances of the opted-in clusters")


def modes(installation: Installation) -> Iterator[Finding]:
    """How far each playbook may go, what moved it down, what is stopped, and where somebody is at work."""
    controls = installation.parts.controls.read()
    for name in registry():
        ruling = mode_without_tags(name, installation.config.of(name), controls.modes)
        yield ok("mode", f"{name}: {ruling.mode} ({ruling.why})")
    for stop in controls.stops:
        yield warn("stop", stop.sentence(), "dockwarden resume, when it is time")
    for demotion in controls.demotions:
        sentence = f"{demotion.playbook} was {demotion.sentence()}"
        yield warn("mode", sentence, "dockwarden readiness, then dockwarden promote")
    now = installation.parts.clock.now()
    for order in (*controls.hands_off, *installation.parts.controls.noticed()):
        if now < order.until:
            yield ok("hands-off", order.sentence(now))


def freezes(installation: Installation) -> Iterator[Finding]:
    """Whether each deployed freeze can be read, and which hold now."""
    now = installation.parts.clock.now()
    for freeze in installation.config.freezes:
        if isinstance(freeze.when, WhileAlarm):
            yield ok("freeze", f'"{freeze.name}" holds while the CloudWatch alarm {freeze.when.alarm} fires')
        elif (why := freeze.holds(now, {})) is None:
            yield ok("freeze", f'"{freeze.name}" does not hold now')
        elif isinstance(freeze.when, Unreadable):
            yield fail("freeze", why, "everything voluntary is frozen: correct dockwarden.toml, then deploy")
        else:
            yield warn("freeze", why, "wait, or change dockwarden.toml and deploy")


def left_open(installation: Installation) -> Iterator[Finding]:
    """Whether anything was begun and never finished."""
    open_intents = installation.parts.actions.open_intents()
    if open_intents:
        names = ", ".join(sorted(open_intents)[:5])
        todo = "the next sweep finishes or reports them; if they stay, see the log of the lane"
        yield warn("ledger", f"{len(open_intents)} intents have no receipt yet: {names}", todo)
    else:
        yield ok("ledger", "every intent has its receipt")


def slack(installation: Installation) -> Iterator[Finding]:
    """Whether people can be told: a channel, and a token that is there; its content is never shown."""
    if installation.config.channel is None:
        yield warn(
            "slack",
            "no channel is set, so nobody is told",
            "set slack_channel in dockwarden.toml, then deploy",
        )
        return
    secret = installation.output("SlackSecret")
    todo = _paste(installation, secret)
    try:
        found = ask("reading the Slack token", lambda: _secret(installation, secret))
    except AccountError as error:
        if error.code != "ResourceNotFoundException":
            raise
        found = ""
    if found.strip():
        yield ok("slack", f"channel {installation.config.channel}, and secret {secret} holds something")
    else:
        yield fail("slack", f"secret {secret} is missing or empty, so messages wait in the outbox", todo)


def _paste(installation: Installation, secret: str) -> str:
    """How the token gets there without standing in the shell's history or in a list of processes."""
    to_region = f"--region {installation.clients.region} --secret-string file:///dev/stdin"
    named = shlex.quote(secret)
    create = f"aws secretsmanager create-secret {to_region} --name {named}"
    put = f"aws secretsmanager put-secret-value {to_region} --secret-id {named}"
    command = put if secret.startswith("arn:") else f"{create} (where it exists but is empty: {put})"
    return f"run this, paste the token, press Ctrl-D: {command}"


def slack_token(installation: Installation) -> Iterator[Finding]:
    """Whether Slack takes the token (auth.test); nothing is posted."""
    text = _secret(installation, installation.output("SlackSecret"))
    token = _token(text)
    if token is None:
        yield warn(
            "slack", "the secret holds a webhook, which cannot be tried without posting", "try it by hand"
        )
        return
    yield _auth_test(token)


def _auth_test(token: str) -> Finding:
    # Imported here: only `check --slack` needs it.
    from slack_sdk import WebClient  # noqa: PLC0415
    from slack_sdk.errors import SlackApiError, SlackClientError  # noqa: PLC0415

    try:
        answer = WebClient(token=token, timeout=10).auth_test()
    except SlackApiError as error:
        why = str(error.response.get("error", "no reason given"))
        return fail(
            "slack", f"Slack refuses the token ({why})", "put a bot token with chat:write into the secret"
        )
    except (SlackClientError, OSError) as error:
        return warn("slack", f"Slack did not answer ({type(error).__name__})", "try again")
    return ok("slack", f"Slack knows the bot as {answer.get('user')} in {answer.get('team')}")


def _secret(installation: Installation, secret: str) -> str:
    client = installation.clients.client("secretsmanager")
    return str(client.get_secret_value(SecretId=secret).get("SecretString") or "")


def _token(text: str) -> str | None:
    """The bot token that a secret holds, plain or as JSON; None where it is a webhook."""
    try:
        document: Any = json.loads(text)
    except ValueError:
        document = text.strip()
    found = document.get("bot_token") if isinstance(document, dict) else document
    return found if isinstance(found, str) and found and not found.startswith("https://") else None
