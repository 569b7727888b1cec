"""How the tests are spread over the cores: file by file, and what shares something costly stays together."""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    # One local AWS each, with an installation deployed into it; and all of these write build/asset.
    "tests/e2e/": "what is deployed",
    "tests/lab/": "what is deployed",
    "tests/cdk/": "what is deployed",
    "tests/docs/test_readme.py": "what is deployed",
}
"""Which tests run one after another in one process, by how their names begin."""


def shared(test: str) -> str:
    """What a test has to run in one process with: all of the same answer do."""
    file = test.partition("::")[0]
    return next((what for start, what in TOGETHER.items() if file.startswith(start)), file)


class BySharing(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives each process the next file, in the order in which one process alone would take them."""

    def _split_scope(self, nodeid: str) -> str:
        return shared(nodeid)
