"""`dockwarden wait` on a service of drydock, whose clock is the command's, with and without an installation."""

import re
from datetime import timedelta

import pytest

from dockwarden.cli.commands.wait import waited
from lab.drydock.model import Behaviour
from tests.cli.account import Account
from tests.cli.conftest import Run
from tests.cli.waiting_pipeline import OPTIONS, Pipeline, arguments, pipeline_of


@pytest.fixture
def pipeline(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Pipeline:
    return pipeline_of(account, monkeypatch, capsys)


def test_a_release_that_runs_and_has_soaked_is_0(pipeline: Pipeline) -> None:
    """Not before it was steady for the whole soak, and each change of what is seen is one line."""
    pipeline.deploy()
    began = pipeline.now()
    code, told = pipeline.wait()
    assert (code, told["answer"], told["exit_code"]) == (0, "soaked", 0)
    assert told["alone"] is None
    assert pipeline.now() - began >= timedelta(minutes=10)
    seen = [line.partition("  ")[2] for line in pipeline.err.splitlines()]
    assert seen[0].startswith("the deployment is IN_PROGRESS")
    assert seen[-2] == "2 of 2 tasks run, and have to for 10 min"
    assert seen[-1].startswith("2 of 2 tasks run, and have to for 10 min, 5 min so far (waited for ")
    assert len(seen) == len(dict.fromkeys(seen))


def test_a_release_that_dockwarden_rolled_back_is_3_with_cause_and_receipt(pipeline: Pipeline) -> None:
    pipeline.deploy()
    code, told = pipeline.wait(meanwhile={240: pipeline.roll_back})
    assert (code, told["answer"]) == (3, "rolled back")
    assert told["cause"] == "revision web:2 fails: app-exit"
    assert told["receipt"] == "rollback-0123456789abcdef"
    assert "ECS deploys web:1" in told["sentence"]


def test_a_rollback_whose_receipt_is_not_written_yet_is_known_all_the_same(pipeline: Pipeline) -> None:
    pipeline.deploy()
    code, told = pipeline.wait(meanwhile={240: pipeline.remember_bad})
    assert (code, told["cause"], told["receipt"]) == (3, None, "rollback-0123456789abcdef")


def test_a_wait_that_begins_after_the_rollback_knows_of_it(pipeline: Pipeline) -> None:
    """A pipeline may be slow, and the service on another revision again when it asks."""
    pipeline.deploy()
    pipeline.world.advance(300)
    pipeline.roll_back()
    pipeline.back()
    pipeline.world.advance(300)
    assert pipeline.wait()[0] == 3


def test_the_rollback_of_an_earlier_deployment_of_the_same_revision_is_another_story(
    pipeline: Pipeline,
) -> None:
    pipeline.roll_back()
    pipeline.world.advance(60)
    pipeline.deploy()
    code, told = pipeline.wait()
    assert (code, told["answer"]) == (0, "soaked")


def test_a_rollback_that_waits_for_a_person_is_4_with_what_for(pipeline: Pipeline) -> None:
    pipeline.deploy()
    code, told = pipeline.wait(meanwhile={240: pipeline.hold})
    assert (code, told["answer"], told["receipt"]) == (4, "held", "rollback-1111111111111111")
    assert "which means ask" in told["sentence"]
    assert "roll service web in cluster web-prod back from web:2 to web:1" in told["sentence"]


def test_what_is_held_for_another_service_says_nothing_about_this_one(pipeline: Pipeline) -> None:
    pipeline.deploy()
    pipeline.hold(service=pipeline.action.service + "-other")
    assert pipeline.wait()[0] == 0


@pytest.mark.parametrize("refused", ["cloudformation", "dynamodb"])
def test_where_dockwarden_cannot_be_asked_it_is_5_and_ecs_own_answer(
    pipeline: Pipeline, refused: str
) -> None:
    pipeline.account.refused.add(refused)
    pipeline.deploy()
    code, told = pipeline.wait()
    assert (code, told["answer"], told["exit_code"]) == (5, "soaked", 5)
    assert told["alone"]


def test_where_it_is_not_installed_it_is_5_and_says_so(pipeline: Pipeline) -> None:
    pipeline.deploy()
    code, told = pipeline.wait("--stack", "Another")
    assert code == 5
    assert "there is no stack 'Another'" in told["alone"]


def test_for_a_cluster_that_is_not_opted_in_the_answer_is_ecs_own(pipeline: Pipeline) -> None:
    """Nobody of us watches there, so that silence of the ledger says nothing."""
    pipeline.account.configure(clusters=["another"])
    pipeline.deploy()
    code, told = pipeline.wait()
    assert code == 5
    assert "'web-prod' is not opted in" in told["alone"]


def test_a_ledger_that_is_away_for_a_while_costs_nothing(pipeline: Pipeline) -> None:
    pipeline.deploy()
    refused = pipeline.account.refused
    away = {60: lambda: refused.add("dynamodb"), 120: refused.clear}
    assert pipeline.wait(meanwhile=away)[0] == 0
    assert len(re.findall("Dockwarden could not be asked: .*AccessDeniedException", pipeline.err)) == 1


def test_a_deployment_that_ecs_takes_back_is_3_also_without_dockwarden(pipeline: Pipeline) -> None:
    pipeline.account.refused.add("cloudformation")
    pipeline.deploy(behaviour=Behaviour("image-missing"))
    code, told = pipeline.wait()
    assert (code, told["answer"]) == (3, "rolled back")
    assert told["sentence"] == (
        "ECS takes the deployment back (ROLLBACK_IN_PROGRESS): "
        "ECS deployment circuit breaker: tasks failed to start."
    )


def test_a_release_that_another_one_replaces_is_1_and_not_called_rolled_back(pipeline: Pipeline) -> None:
    """As where two pipelines overtake each other: nobody knows whether the first would have stayed."""
    pipeline.deploy()
    code, told = pipeline.wait(meanwhile={200: lambda: pipeline.deploy(image="example/web:3")})
    assert (code, told["answer"]) == (1, "replaced")
    assert told["sentence"] == "somebody has deployed since: the service is on web:3"


def test_a_person_who_deploys_what_was_there_before_is_3(pipeline: Pipeline) -> None:
    pipeline.deploy()
    code, told = pipeline.wait(meanwhile={200: pipeline.back})
    assert (code, told["answer"], told["receipt"]) == (3, "rolled back", None)
    assert told["sentence"] == "somebody has taken it back: the service is on web:1 again"


def test_a_release_that_crashes_after_completed_never_soaks(pipeline: Pipeline) -> None:
    """ECS calls it COMPLETED; without Dockwarden nobody takes it back, and the wait ends by its timeout."""
    pipeline.account.refused.add("cloudformation")
    pipeline.deploy(behaviour=Behaviour("exits", after=166))
    code, told = pipeline.wait("--timeout", "40m")
    assert (code, told["answer"]) == (1, "late")
    assert told["sentence"].startswith("not within 40 min: ")


def test_an_open_incident_of_that_revision_is_no_soak(pipeline: Pipeline) -> None:
    """Restarts inside tasks show in no count of ECS."""
    pipeline.deploy()
    pipeline.incident("web:2")
    code, told = pipeline.wait("--timeout", "20m")
    assert (code, told["answer"]) == (1, "late")
    assert "it fails: It crashes." in told["sentence"]


def test_an_open_incident_of_another_revision_does_not_concern_it(pipeline: Pipeline) -> None:
    pipeline.deploy()
    pipeline.incident("web:1")
    assert pipeline.wait()[0] == 0


def test_a_release_that_nobody_deploys_is_not_waited_for_for_ever(pipeline: Pipeline) -> None:
    began = pipeline.now()
    code, told = pipeline.wait()
    assert (code, told["sentence"]) == (1, "no deployment of web:2 was seen: the service is on web:1")
    assert pipeline.now() - began == timedelta(minutes=5)


def test_a_deployment_that_begins_while_it_is_waited_for_is_seen(pipeline: Pipeline) -> None:
    assert pipeline.wait(meanwhile={60: pipeline.deploy})[0] == 0


def test_a_service_that_cannot_be_read_ends_it_at_once_with_1(pipeline: Pipeline) -> None:
    code, told = pipeline.wait("--service", "nope")
    assert (code, told["sentence"]) == (1, "ECS could not be read: DescribeServices: MISSING")


def test_ecs_that_does_not_answer_for_a_while_is_waited_for(pipeline: Pipeline) -> None:
    """And a soak of which nobody has seen two minutes begins anew."""
    pipeline.deploy()
    began, refused = pipeline.now(), pipeline.account.refused
    away = {400: lambda: refused.add("ecs"), 600: refused.clear}
    assert pipeline.wait(meanwhile=away)[0] == 0
    assert "ECS could not be read: describe_services: AccessDeniedException" in pipeline.err
    assert pipeline.now() - began >= timedelta(seconds=600) + timedelta(minutes=10)


def test_people_read_the_answer_and_the_command_that_goes_on(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.deploy()
    pipeline.world.advance(60)
    pipeline.hold()
    args = arguments()
    args.json = False
    assert waited(args, pipeline, pipeline.world.advance) == 4
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith(
        "web:2: held: it fails, and a rollback is held: its tag dockwarden:rollback says nothing"
    )
    assert first.endswith("; it would roll service web in cluster web-prod back from web:2 to web:1")
    assert rest == [
        "  the cause: revision web:2 fails: app-exit",
        "  dockwarden approve rollback-1111111111111111",
    ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--task-definition", "web"), "--task-definition"),
        (("--task-definition", ""), "--task-definition"),
        (("--cluster", ""), "--cluster"),
        (("--service", "a/"), "--service"),
        (("--soak", "2h"), "--timeout"),
        (("--soak", "ten"), "no length of time"),
        (("--every", "3m"), "a soak of which nobody has seen 120 s is none"),
        (("--task-definition", "arn:aws:ecs:eu-west-1:1:task-definition/web:2"), "region us-east-1"),
        (("--cluster", "arn:aws:ecs:eu-west-1:1:cluster/web-prod"), "region us-east-1"),
        (("--service", "arn:aws:ecs:us-east-1:1:service/other/web"), "a service of cluster web-prod"),
    ],
)
def test_what_is_typed_wrong_is_2_with_one_sentence(run: Run, words: tuple[str, ...], why: str) -> None:
    ran = run("wait", *OPTIONS, "--region", "us-east-1", *words)
    assert ran.code == 2
    assert why in ran.err
    assert len(ran.err.splitlines()) == 1
