"""Which history an event belongs to."""

import pytest

from dockwarden.incidents.subjects import family, is_of_service, key_of, name_of, named, revision
from tests.fakes import event, warning
from tests.rollouts import BUILD, action, deployment, task


@pytest.mark.parametrize("raw", [task("t", 1, "RUNNING", 0), action("ANY", 0), deployment("FAILED", 0)])
def test_all_events_of_a_service_have_one_history(raw: dict[str, object]) -> None:
    assert (key_of(event(raw)), name_of(event(raw))) == ("prod/service/web", "web")


def test_standalone_tasks_of_a_group_have_a_history_that_is_no_services() -> None:
    built = event(task("t", 1, "RUNNING", 0, **BUILD))
    assert (key_of(built), name_of(built)) == ("prod/tasks/family:build", "build")
    impostor = event(task("t", 1, "RUNNING", 0, group="service", deployment=None))
    assert key_of(impostor) == "prod/tasks/service"


def test_a_standalone_task_without_a_group_goes_by_its_family() -> None:
    raw = task("t", 1, "RUNNING", 0, **BUILD)
    del raw["detail"]["group"]
    assert key_of(event(raw)) == "prod/tasks/build"


def test_what_is_about_no_service_has_no_history() -> None:
    assert key_of(event(warning())) is None


def test_a_revision_is_named_as_people_write_it() -> None:
    arn = "arn:aws:ecs:eu-central-1:111122223333:task-definition/web-api:42"
    assert (revision(arn), family(arn)) == ("web-api:42", "web-api")
    assert (revision(None), family(None)) == (None, None)


def test_a_key_says_whose_history_it_is_by_the_name_that_its_events_gave() -> None:
    """Also a group of standalone tasks that is called like a service."""
    for raw in (action("ANY", 0), task("t", 1, "RUNNING", 0, **BUILD)):
        key = key_of(event(raw))
        assert key is not None
        assert named(key) == name_of(event(raw))
        assert is_of_service(key) is ("/service/" in key)
    assert not is_of_service("prod/tasks/a/service/b")
    assert named("#baseline") == "#baseline"
