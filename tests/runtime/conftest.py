"""The harness as a fixture."""

from tests.runtime.harness import installation

__all__ = ["installation"]
