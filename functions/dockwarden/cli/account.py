"""An AWS account as your own settings reach it, and what its errors mean in one sentence."""

import argparse
from collections.abc import Callable
from typing import Any, TypeVar

import boto3
from botocore.exceptions import NoCredentialsError, PartialCredentialsError, ProfileNotFound

from dockwarden.aws.clients import Clients
from dockwarden.aws.errors import AWS_ERRORS, code
from dockwarden.errors import DockwardenError

_T = TypeVar("_T")


class AccountError(DockwardenError):
    """AWS did not answer what a command needs; `code` is that of AWS, or the name of botocore's error."""

    def __init__(self, doing: str, why: str, code: str) -> None:
        self.doing = doing
        self.code = code
        super().__init__(f"{doing}: {why}")


def clients_of(args: argparse.Namespace) -> Clients:
    """The clients of the profile and region that the arguments, or your AWS settings, name."""
    try:
        session = boto3.Session(profile_name=args.profile, region_name=args.region)
    except ProfileNotFound as error:
        raise AccountError(
            "connecting to AWS", f"there is no profile {args.profile!a}", code(error)
        ) from error
    if session.region_name is None:
        raise AccountError(
            "connecting to AWS", "no region is set; give --region or set AWS_REGION", "NoRegion"
        )
    return Clients(session.region_name, session)


def ask(doing: str, call: Callable[[], _T]) -> _T:
    """The answer of a call. Raises AccountError with a sentence."""
    try:
        return call()
    except (NoCredentialsError, PartialCredentialsError) as error:
        why = "there are no AWS credentials; sign in, or give --profile"
        raise AccountError(doing, why, code(error)) from error
    except AWS_ERRORS as error:
        raise AccountError(doing, f"AWS answered {code(error)} ({_words(error)})", code(error)) from error


def caller(clients: Clients) -> str:
    """The ARN of who is calling, which is recorded with each change."""
    answer: dict[str, Any] = ask("asking who you are", lambda: clients.client("sts").get_caller_identity())
    return str(answer["Arn"])


def _words(error: Exception) -> str:
    """What AWS says about an error, in one line."""
    response = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Message") or error).replace("\n", " ")[:300]
