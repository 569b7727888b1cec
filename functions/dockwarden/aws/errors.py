"""What an error of botocore means for us: refused, gone, passing, or of unknown outcome."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

AWS_ERRORS = (ClientError, BotoCoreError)
"""Everything that a boto3 call may raise."""

_SERVER_FAULT = 500
_THROTTLED = frozenset(
    {"RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)
_PASSING = frozenset(
    {
        "InternalServerError",
        "InternalFailure",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServerException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
        "UpdateInProgressException",
    }
)


def code(error: Exception) -> str:
    """The code of an AWS error, or the name of the class for one that no service sent."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "Unknown"))
    return type(error).__name__


def passing(error: Exception) -> bool:
    """Whether trying again may help: throttled, a server's fault, or no connection."""
    if not isinstance(error, ClientError):
        return True
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code(error) in _PASSING or status >= _SERVER_FAULT


def throttled(error: Exception) -> bool:
    """Whether AWS turned a call away for its rate, so that it was certainly not carried out."""
    return code(error) in _THROTTLED


def outcome_unknown(error: Exception) -> bool:
    """Whether the call may have been carried out although it failed: sent, but not answered."""
    if isinstance(error, ConnectTimeoutError | EndpointConnectionError):
        return False
    return isinstance(error, ReadTimeoutError | ConnectionClosedError | BotoCoreError) or (
        isinstance(error, ClientError)
        and error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= _SERVER_FAULT
    )
