"""The same number deployed once more, while its tag stands for another image: a release is its digests, too."""

from lab.drydock import deployments, images
from tests.rollback.ending import FAILS
from tests.rollback.story import CRASH, runs, story

MINUTE = 60


def test_a_forced_deployment_that_brings_a_bad_image_is_stopped_and_said_to_be_healthy_again() -> None:
    """ECS goes back to the digests of before, and nobody says that the bad one was deployed again."""
    with story() as tale:
        web = tale.service()
        images.push(tale.world, "web", "1", behaviour=CRASH)
        deployments.begin(tale.world, tale.cluster, web, web.definition)
        tale.run(30 * MINUTE)
        assert tale.ours() == {"StopServiceDeployment": 1}
        assert (runs(web), web.history[0].status) == ("web:1", "ROLLBACK_SUCCESSFUL")
        told = [card["headline"] for card in tale.told]
        assert told == [*FAILS, "stopped", "rolled back, healthy again", "healthy again"]
        bad, good = tale.known(web).bad[0], tale.known(web).good[0]
        assert bad.task_definition == good.task_definition
        assert bad.digests != good.digests
        seen = good.last_seen
        tale.run(7 * 60 * MINUTE)
        assert tale.known(web).good[0].last_seen > seen
