"""Who counts as a person, by what CloudTrail says of a caller."""

from typing import Any

import pytest

from dockwarden.events.caller import Caller
from dockwarden.guard.people import Kind, Patterns, judge
from dockwarden.playbooks.hands_off import HandsOffSettings

SHIPPED = HandsOffSettings()
PATTERNS = Patterns(SHIPPED.people, SHIPPED.pipelines, SHIPPED.pipeline_agents)
STS, IAM = "arn:aws:sts::111122223333:assumed-role", "arn:aws:iam::111122223333"
SSO = f"{STS}/AWSReservedSSO_Admin_0123456789abcdef/jane"
TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.13.4"


def caller(arn: str, type_: str = "AssumedRole", agent: str = "aws-cli/2.31.0", **more: Any) -> Caller:
    return Caller(arn, type_, None, more.pop("invoked_by", None), agent, **more)


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (caller(SSO), Kind.PERSON),
        (caller(SSO, agent=TERRAFORM), Kind.PERSON),
        (caller(f"{IAM}:root", "Root"), Kind.PERSON),
        (caller(f"{IAM}:user/jane", "IAMUser"), Kind.PERSON),
        (caller(f"{IAM}:user/jane", "IAMUser", agent=TERRAFORM), Kind.PIPELINE),
        (caller(f"{STS}/developer/jane", mfa=True), Kind.PERSON),
        (caller(f"{STS}/developer/jane", console=True), Kind.PERSON),
        (caller(f"{STS}/developer/jane", agent="console.amazonaws.com"), Kind.PERSON),
        (caller(f"{STS}/developer/jane"), Kind.UNKNOWN),
        (caller(f"{STS}/developer/jane@github.example"), Kind.UNKNOWN),
        (caller(f"{STS}/GHA-Deploy/x"), Kind.PIPELINE),
        (caller(f"{STS}/gha-deploy/x", mfa=True), Kind.PIPELINE),
        (caller(f"{STS}/deploy/x", agent=TERRAFORM), Kind.PIPELINE),
        (caller(f"{STS}/deploy/x", agent="aws-cdk/2.1031.0"), Kind.PIPELINE),
        (caller(SSO, invoked_by="cloudformation.amazonaws.com"), Kind.SERVICE),
        (caller("", "AWSService"), Kind.SERVICE),
        (caller(f"{STS}/Dockwarden-Act/spot_drain-0123456789abcdef"), Kind.OWN),
        (caller(f"{STS}/Dockwarden-Act/batch-0123456789abcdef"), Kind.OWN),
        (Caller(None, None, None, None, None), Kind.UNKNOWN),
    ],
)
def test_a_caller_is_what_only_its_kind_can_be(found: Caller, kind: Kind) -> None:
    """A sign-in or a second factor outweighs a name, and a name what the caller wrote of itself."""
    assert judge(found, PATTERNS).kind is kind


@pytest.mark.parametrize(
    "found",
    [
        caller(SSO.replace("/jane", "/spot_drain-0123456789abcdef")),
        caller(f"{STS}/developer/spot_drain-0123456789abcdef", mfa=True),
        caller(f"{STS}/developer/spot_drain-0123456789abcdef", console=True),
    ],
)
def test_the_name_of_a_session_hides_no_person(found: Caller) -> None:
    """Anybody may choose it."""
    assert judge(found, PATTERNS).kind is Kind.PERSON


def test_an_installation_names_its_own_people_and_pipelines() -> None:
    own = Patterns(people=("*-oncall", "jane"), pipelines=("release-*",), pipeline_agents=())
    assert judge(caller(f"{STS}/web-oncall/x"), own).kind is Kind.PERSON
    assert judge(caller(f"{STS}/shared/Jane"), own).kind is Kind.PERSON
    assert judge(caller(f"{STS}/release-prod/x"), own).kind is Kind.PIPELINE
    assert judge(caller(f"{STS}/gha-deploy/x"), own).kind is Kind.UNKNOWN


def test_an_empty_pattern_fits_nobody() -> None:
    """Invariant 65: an empty selector is never everybody."""
    nobody = Patterns(people=("",), pipelines=("",), pipeline_agents=("",))
    assert judge(Caller(None, None, None, None, None), nobody).kind is Kind.UNKNOWN
    assert judge(caller(f"{STS}/a/b", agent=""), nobody).kind is Kind.UNKNOWN


def test_the_reason_says_what_decided() -> None:
    assert judge(caller(f"{STS}/gha-deploy/x"), PATTERNS).why == "the setting pipelines lists *gha*"
    assert "counts as none" in judge(caller(f"{STS}/developer/jane"), PATTERNS).why
