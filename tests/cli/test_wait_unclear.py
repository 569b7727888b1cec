"""`dockwarden wait` where what it sees is late, missing, somebody else's, or never comes."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError

from dockwarden.cli.commands.wait import waited
from dockwarden.cli.main import INTERRUPTED
from dockwarden.facts.services import ServiceRef
from dockwarden.ledger.known_good import LedgerKnownGood
from dockwarden.rollback.soaking import forgiven
from lab.drydock.model import Behaviour, CircuitBreaker
from tests.cli.account import Account, refusal
from tests.cli.conftest import Run
from tests.cli.waiting_pipeline import CLUSTER, NEW, OPTIONS, SERVICE, Pipeline, arguments, pipeline_of

RECEIPT = "rollback-0123456789abcdef"


@pytest.fixture
def pipeline(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Pipeline:
    return pipeline_of(account, monkeypatch, capsys)


def failing(code: str, times: int) -> Callable[..., Any]:
    """An operation that fails so often, and then answers."""
    left = iter(range(times))

    def answer(real: Callable[..., Any], request: dict[str, Any]) -> Any:
        if next(left, None) is not None:
            raise refusal(code, "DescribeServices")
        return real(**request)

    return answer


def test_a_redeploy_is_not_taken_for_the_rollback_before_it_while_ecs_list_is_late(
    pipeline: Pipeline,
) -> None:
    """UpdateService has answered, and ListServiceDeployments still ends with the deployment of before."""
    pipeline.deploy()
    pipeline.world.advance(300)
    pipeline.roll_back()
    pipeline.back()
    pipeline.world.advance(300)
    before = pipeline.ecs.list_service_deployments(cluster=CLUSTER, service=SERVICE)
    pipeline.ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=NEW)
    pipeline.world.advance(15)
    pipeline.answers["list_service_deployments"] = lambda *_: before
    code, told = pipeline.wait(meanwhile={90: pipeline.answers.clear})
    assert (code, told["answer"]) == (0, "soaked")


def test_a_redeploy_that_no_read_of_ecs_shows_yet_is_not_taken_for_the_rollback_before_it(
    pipeline: Pipeline,
) -> None:
    """What was done before the wait began ends it only once it was seen for a while."""
    pipeline.deploy()
    pipeline.world.advance(300)
    pipeline.roll_back()
    pipeline.back()
    pipeline.world.advance(300)
    again = {15: lambda: pipeline.ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=NEW)}
    assert pipeline.wait(meanwhile=again)[0] == 0


def test_what_was_held_about_an_earlier_deployment_is_another_story(pipeline: Pipeline) -> None:
    """Also where no read of ECS shows the redeploy yet."""
    pipeline.deploy()
    pipeline.world.advance(300)
    pipeline.hold()
    pipeline.back()
    pipeline.world.advance(300)
    again = {15: lambda: pipeline.ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=NEW)}
    assert pipeline.wait(meanwhile=again)[0] == 0


def test_a_first_look_that_ecs_throttles_says_nothing_about_an_old_rollback(pipeline: Pipeline) -> None:
    """Of which deployment the ledger speaks is not known before ECS was read once; and it is read again."""
    pipeline.roll_back()
    pipeline.world.advance(600)
    pipeline.deploy()
    pipeline.answers["describe_services"] = failing("ThrottlingException", 2)
    code, told = pipeline.wait()
    assert (code, told["answer"]) == (0, "soaked")
    assert "ECS could not be read: DescribeServices: ThrottlingException" in pipeline.err


def test_a_service_that_is_throttled_all_the_while_is_given_up_after_five_minutes(pipeline: Pipeline) -> None:
    began = pipeline.now()
    pipeline.answers["describe_services"] = failing("ThrottlingException", 1000)
    code, told = pipeline.wait()
    assert (code, told["answer"]) == (1, "not known")
    assert pipeline.now() - began == timedelta(minutes=5)


def test_a_rollback_is_told_while_ecs_cannot_be_read(pipeline: Pipeline) -> None:
    """Once it was read, so that the deployment is known that was rolled back."""
    pipeline.deploy()
    refuse = {60: lambda: pipeline.account.refused.add("ecs"), 120: pipeline.roll_back}
    code, told = pipeline.wait(meanwhile=refuse)
    assert (code, told["receipt"]) == (3, RECEIPT)


def test_credentials_that_expire_end_the_wait_at_once(pipeline: Pipeline) -> None:
    """They do not come back: a job's session is as long as it was asked for."""
    pipeline.deploy()
    began = pipeline.now()

    def expire() -> None:
        pipeline.answers["describe_services"] = failing("ExpiredTokenException", 1000)

    code, told = pipeline.wait(meanwhile={120: expire})
    assert (code, told["answer"]) == (1, "not known")
    assert told["sentence"].endswith(
        "ExpiredTokenException: there are no AWS credentials, or none that hold any more"
    )
    assert pipeline.now() - began < timedelta(minutes=3)


def test_without_credentials_it_ends_at_once_with_1(pipeline: Pipeline) -> None:
    def missing(*_: object) -> None:
        raise NoCredentialsError

    pipeline.answers["describe_services"] = missing
    code, told = pipeline.wait()
    assert (code, told["answer"]) == (1, "not known")
    assert "NoCredentialsError: there are no AWS credentials" in told["sentence"]


def test_a_cluster_that_there_is_not_ends_it_at_once_with_1(pipeline: Pipeline) -> None:
    code, told = pipeline.wait("--cluster", "nope")
    assert (code, told["sentence"]) == (
        1,
        "ECS could not be read: DescribeServices: ClusterNotFoundException",
    )


def test_a_ledger_that_says_it_a_moment_later_still_gives_cause_and_receipt(pipeline: Pipeline) -> None:
    """Dockwarden writes down after the call; ECS shows what it did before that."""
    pipeline.deploy()
    code, told = pipeline.wait("--every", "1s", meanwhile={240: pipeline.back, 252: pipeline.roll_back})
    assert (code, told["receipt"]) == (3, RECEIPT)


def test_a_release_whose_rollback_was_undone_soaks_like_any_other(pipeline: Pipeline) -> None:
    pipeline.deploy()
    pipeline.world.advance(300)
    pipeline.roll_back()
    pipeline.back()
    pipeline.world.advance(120)
    ledger, ref = LedgerKnownGood(pipeline.store), ServiceRef(CLUSTER, SERVICE)
    known = forgiven(ledger.known([ref])[ref], pipeline.action.bad_task_definition)
    assert ledger.keep(known, pipeline.now())
    pipeline.ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=NEW)
    assert pipeline.wait()[0] == 0


def test_a_service_that_is_deleted_is_1_and_not_called_rolled_back(pipeline: Pipeline) -> None:
    pipeline.deploy()

    def deleted(real: Callable[..., Any], request: dict[str, Any]) -> Any:
        answer = real(**request)
        answer["services"][0]["status"] = "DRAINING"
        return answer

    delete = {200: lambda: pipeline.answers.update(describe_services=deleted)}
    code, told = pipeline.wait(meanwhile=delete)
    assert (code, told["answer"]) == (1, "not known")
    assert told["sentence"] == "the service is DRAINING: somebody deletes it, or has"


def test_a_service_without_a_task_proves_nothing(pipeline: Pipeline) -> None:
    pipeline.ecs.update_service(cluster=CLUSTER, service=SERVICE, desiredCount=0)
    pipeline.world.advance(300)
    pipeline.deploy()
    code, told = pipeline.wait("--timeout", "20m")
    assert (code, told["answer"]) == (1, "late")
    assert told["sentence"] == "not within 20 min: no task is meant to run, which proves nothing"


@pytest.fixture
def without_rollback(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Pipeline:
    """A service whose circuit breaker gives up and rolls nothing back."""
    breaker = CircuitBreaker(enable=True, rollback=False)
    return pipeline_of(account, monkeypatch, capsys, breaker)


def test_a_deployment_that_ecs_gives_up_is_1_as_soon_as_it_is(without_rollback: Pipeline) -> None:
    """Without Dockwarden nothing more happens to it."""
    pipeline = without_rollback
    pipeline.account.refused.add("cloudformation")
    pipeline.deploy(behaviour=Behaviour("image-missing"))
    began = pipeline.now()
    code, told = pipeline.wait()
    assert (code, told["answer"]) == (1, "failed")
    assert told["sentence"].startswith("ECS has given the deployment up (FAILED): ")
    assert pipeline.now() - began < timedelta(minutes=30)


def test_a_deployment_that_ecs_gives_up_may_be_rolled_back_by_dockwarden(without_rollback: Pipeline) -> None:
    pipeline = without_rollback
    pipeline.deploy(behaviour=Behaviour("image-missing"))
    code, told = pipeline.wait(meanwhile={1500: pipeline.roll_back})
    assert (code, told["receipt"]) == (3, RECEIPT)


def test_the_answer_of_ecs_own_breaker_has_the_cause_that_dockwarden_found(pipeline: Pipeline) -> None:
    """Nobody of us did it, so that there is no receipt."""
    pipeline.deploy(behaviour=Behaviour("image-missing"))
    pipeline.incident("web:2")
    code, told = pipeline.wait()
    assert (code, told["cause"], told["receipt"]) == (3, "It crashes.", None)


def test_the_cause_of_a_rollback_is_the_sentence_that_people_were_told(pipeline: Pipeline) -> None:
    pipeline.deploy()
    pipeline.incident("web:2")
    code, told = pipeline.wait(meanwhile={240: pipeline.roll_back})
    assert (code, told["cause"]) == (3, "It crashes (revision web:2 fails: app-exit)")


@pytest.mark.parametrize("controller", ["CODE_DEPLOY", "EXTERNAL"])
def test_a_controller_whose_releases_are_not_followed_is_1_at_once(
    pipeline: Pipeline, controller: str
) -> None:
    def other(real: Callable[..., Any], request: dict[str, Any]) -> Any:
        answer = real(**request)
        answer["services"][0] |= {"deploymentController": {"type": controller}, "deployments": []}
        return answer

    pipeline.answers["describe_services"] = other
    code, told = pipeline.wait()
    assert (code, told["answer"]) == (1, "not known")
    assert controller in told["sentence"]
    pipeline.hold()
    assert pipeline.wait()[0] == 4


def test_arns_name_the_same_as_names(pipeline: Pipeline) -> None:
    """Those of `aws ecs` in a pipeline, a line's end included."""
    pipeline.deploy()
    family = pipeline.action.bad_task_definition
    arns = ("--cluster", pipeline.cluster.arn, "--service", pipeline.service.arn)
    assert pipeline.wait(*arns, "--task-definition", f"{family}\n")[0] == 0


def test_the_service_of_another_account_with_the_same_names_is_no_answer(pipeline: Pipeline) -> None:
    """As where the credentials of a job are those of a staging account."""
    pipeline.deploy()
    other = "arn:aws:ecs:us-east-1:444455556666:task-definition/web:2"
    code, told = pipeline.wait("--task-definition", other)
    assert (code, told["answer"]) == (1, "not known")
    assert "what was deployed of 444455556666" in told["sentence"]


def test_a_ledger_that_is_throttled_at_the_very_end_is_asked_once_more(pipeline: Pipeline) -> None:
    """5 is for where Dockwarden is not there, and not for one read that failed."""
    pipeline.deploy()
    pipeline.world.advance(600)
    refused = pipeline.account.refused
    away = {590: lambda: refused.add("dynamodb"), 620: refused.clear}
    code, told = pipeline.wait(meanwhile=away)
    assert (code, told["alone"]) == (0, None)


def test_a_ledger_that_stays_away_at_the_end_costs_two_minutes_and_is_5(pipeline: Pipeline) -> None:
    pipeline.deploy()
    pipeline.world.advance(600)
    began = pipeline.now()
    assert pipeline.wait(meanwhile={590: lambda: pipeline.account.refused.add("dynamodb")})[0] == 5
    assert timedelta(minutes=11) < pipeline.now() - began < timedelta(minutes=13)


def test_what_is_quiet_for_long_is_said_again_now_and_then(pipeline: Pipeline) -> None:
    """Some runners end a job that prints nothing for ten minutes."""
    pipeline.deploy()
    pipeline.world.advance(600)
    assert pipeline.wait("--soak", "20m")[0] == 0
    said = [line.partition("  ")[2] for line in pipeline.err.splitlines()]
    assert said == [
        "2 of 2 tasks run, and have to for 20 min",
        *(
            f"2 of 2 tasks run, and have to for 20 min, {at} min so far (waited for {at} min)"
            for at in (5, 10, 15)
        ),
    ]


def _broken() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def test_the_exit_code_is_the_answer_also_where_nobody_reads_it(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`dockwarden wait ... 2>&1 | head -n 1` under pipefail must not be green, nor end before there is an answer."""
    pipeline.deploy()
    pipeline.world.advance(60)
    pipeline.roll_back()
    pipeline.world.advance(60)
    with open(_broken(), "w", encoding="utf-8") as out, open(_broken(), "w", encoding="utf-8") as err:
        # Here and not in a fixture: pytest sets both anew before a test begins.
        monkeypatch.setattr("sys.stdout", out)
        monkeypatch.setattr("sys.stderr", err)
        code = waited(arguments(), pipeline, pipeline.world.advance)
    assert code == 3


def test_who_interrupts_it_gets_130_and_no_answer(
    pipeline: Pipeline, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    pipeline.deploy()
    monkeypatch.setattr("dockwarden.cli.commands.wait.time.sleep", interrupt)
    ran = run("wait", *OPTIONS, "--region", "us-east-1")
    assert (ran.code, ran.out) == (INTERRUPTED, "")
