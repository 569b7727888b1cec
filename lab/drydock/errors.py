"""The one error family of drydock."""

from __future__ import annotations


class DrydockError(Exception):
    """Anything that drydock itself reports."""


class AwsError(DrydockError):
    """An error answer as AWS gives it: code, message and HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class AnswerInvalidError(DrydockError, AssertionError):
    """An answer of drydock does not fit botocore's service model; that is a bug in drydock."""


class LostAnswerError(DrydockError):
    """The caller gets no answer; whether the call was executed is said by `executed`."""

    def __init__(self, *, executed: bool) -> None:
        super().__init__("the answer was lost on purpose")
        self.executed = executed


class ScenarioError(DrydockError):
    """A world description or a control call names something that does not exist or has a wrong shape."""


class PortTakenError(DrydockError):
    """The TCP port that drydock should listen on is in use."""
