"""Who holds an access key: asked of the local AWS, which made the key when a role was assumed."""

from __future__ import annotations

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError


def nobody(_access_key: str) -> str | None:
    """The answer where no STS can be asked."""
    return None


class StsPrincipals:
    """Asks `GetCallerIdentity` under the caller's own key id; works only where signatures are not checked.

    It is asked when somebody reads the call log, never while a call is answered.
    """

    def __init__(self, endpoint: str, region: str) -> None:
        self._endpoint = endpoint
        self._region = region
        self._known: dict[str, str] = {}

    def __call__(self, access_key: str) -> str | None:
        """The ARN of the caller, or None when STS does not know or does not answer."""
        if access_key not in self._known:
            found = self._ask(access_key)
            if found is None:
                return None
            self._known[access_key] = found
        return self._known[access_key]

    def _ask(self, access_key: str) -> str | None:
        client = boto3.client(
            "sts",
            endpoint_url=self._endpoint,
            region_name=self._region,
            aws_access_key_id=access_key,
            aws_secret_access_key="not-a-secret",  # noqa: S106 - the local AWS takes any
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5),
        )
        try:
            return str(client.get_caller_identity()["Arn"])
        except (BotoCoreError, ClientError):
            return None
        finally:
            client.close()
