"""What was read, as lines of a card: what changed of which container, and who deployed when and by what."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dockwarden.facts.evidence import DeployCall, Deployer, Evidence
from dockwarden.facts.revisions import Aspect, Change, How, RevisionDifference
from dockwarden.incidents.agent_words import tool_of
from dockwarden.incidents.evidence_words import lines_of

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOTHING = Evidence(None, None, None, None, None, None)
ALL = RevisionDifference("web:41", "web:42", (), images_resolved=True, placing_compared=True)


def said_of(difference: RevisionDifference) -> str:
    ((label, text),) = lines_of(replace(NOTHING, difference=difference))
    assert label == "Changed in 42"
    return text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change(Aspect.COMMAND, How.CHANGED, "web", before="a", after="b"), "command of web a → b"),
        (
            Change(Aspect.ENVIRONMENT, How.REMOVED, "web", "DATABASE_URL"),
            "environment variable DATABASE_URL of web removed",
        ),
        (Change(Aspect.CONTAINER, How.ADDED, "proxy", "proxy"), "container proxy added"),
        (Change(Aspect.CPU, How.CHANGED, before="256", after="512"), "CPU 256 → 512"),
        (
            Change(
                Aspect.IMAGE_DIGEST,
                How.CHANGED,
                "web",
                before=f"sha256:{'a' * 64}",
                after=f"sha256:{'b' * 64}",
            ),
            f"image digest of web sha256:{'a' * 12} → sha256:{'b' * 12}",
        ),
    ],
)
def test_a_change_names_its_container(change: Change, words: str) -> None:
    """Of two containers, one has to know which one's command it was."""
    assert said_of(replace(ALL, changes=(change,))) == words


def test_what_was_not_compared_is_said() -> None:
    """Nothing that can be seen is another thing where not everything was looked at."""
    assert said_of(ALL) == "nothing that can be seen"
    assert said_of(replace(ALL, images_resolved=False)) == (
        "nothing that can be seen (not compared: image digests)"
    )
    neither = replace(ALL, images_resolved=False, placing_compared=False)
    assert said_of(neither).endswith("(not compared: image digests, network, capacity)")


def deployed(at: datetime | None, user_agent: str | None, now: datetime | None = NOON) -> str:
    call = DeployCall("UpdateService", at, "role/gha-deploy", None, None, user_agent)
    ((label, text),) = lines_of(replace(NOTHING, deployer=Deployer(call, "web-stack")), now)
    assert label == "Deployed"
    return text


def test_who_deployed_is_said_with_the_tool_and_the_date_of_another_day() -> None:
    at = datetime(2026, 11, 20, 8, 51, tzinfo=UTC)
    agent = "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.60.0"
    assert deployed(at, agent) == "role/gha-deploy with Terraform/1.9 at 08:51 UTC, stack web-stack"
    before = at.replace(day=7)
    assert deployed(before, None) == "role/gha-deploy on 07 Nov 2026 at 08:51 UTC, stack web-stack"
    assert deployed(at, None, None) == "role/gha-deploy on 20 Nov 2026 at 08:51 UTC, stack web-stack"
    assert deployed(None, None) == "role/gha-deploy, stack web-stack"


@pytest.mark.parametrize(
    ("user_agent", "tool"),
    [
        ("cloudformation.amazonaws.com", "CloudFormation"),
        ("codepipeline.amazonaws.com", "codepipeline"),
        ("aws-sdk-js/3.600.0 amazon-ecs-deploy-task-definition-for-github-actions", "GitHub Actions"),
        ("configure-aws-credentials-for-github-actions aws-sdk-js/3.600.0", "GitHub Actions"),
        (
            "aws-cli/2.17.3 md/awscrt#0.20.11 ua/2.0 os/linux#6.5 md/arch#x86_64 lang/python#3.11.8",
            "aws-cli/2",
        ),
        ("Boto3/1.34.0 md/Botocore#1.34.0 ua/2.0 os/linux", "boto3"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "the console"),
        ("AWS Internal", "the console"),
        ("Pulumi/3.0 (AWS) APN/1.0", "Pulumi"),
        ("our-deployer/1.2.3 whatever", "our-deployer/1.2.3"),
        ("x" * 300, "x" * 40),
        (None, None),
        ("", None),
        ("<!channel> look", None),
        ("*bold*_x_ `y`", None),
        ("evil:alert: <https://x>", None),
        ("\x1b[2J\u202eevil", None),
    ],
)
def test_a_user_agent_is_a_tool_in_a_few_harmless_words(user_agent: str | None, tool: str | None) -> None:
    """The caller wrote it: nothing of it is shown but what a tool's name and version are made of."""
    assert tool_of(user_agent) == tool
