"""Who made a call, as CloudTrail writes it down."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from dockwarden.events import arn, fields

_SESSION = "assumed-role"


class _Role(NamedTuple):
    account: str
    name: str


@dataclass(frozen=True, slots=True)
class Caller:
    """The ``userIdentity`` and ``userAgent`` of a CloudTrail record.

    ``arn`` is the principal's, ``role_arn`` the role whose session it is; ``invoked_by`` is an AWS service that
    made the call for the principal. ``user_agent`` is whatever the caller wrote. ``mfa`` says that the session was
    begun with a second factor, ``console`` that CloudTrail names it a session of the AWS Management Console.
    """

    arn: str | None
    type: str | None
    role_arn: str | None
    invoked_by: str | None
    user_agent: str | None
    mfa: bool = False
    console: bool = False

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Self:
        """Return the caller of a record, with what it does not say as None."""
        identity = fields.mapping(record, "userIdentity")
        return cls(
            arn=fields.text(identity, "arn"),
            type=fields.text(identity, "type"),
            role_arn=fields.text(identity, "sessionContext", "sessionIssuer", "arn"),
            invoked_by=fields.text(identity, "invokedBy"),
            user_agent=fields.text(record, "userAgent"),
            # CloudTrail writes both as texts, and the second one only where it is true.
            mfa=fields.text(identity, "sessionContext", "attributes", "mfaAuthenticated") == "true",
            console=fields.text(record, "sessionCredentialFromConsole") == "true",
        )

    @property
    def principal(self) -> str | None:
        """The role, user or service in a few words, such as ``role/gha-deploy``; None where nothing names it."""
        role = self._assumed_role()
        named = f"role/{role.name}" if role is not None else _short(self.arn)
        return _short(self.role_arn) or named or ("root" if self.type == "Root" else self.invoked_by)

    @property
    def session_name(self) -> str | None:
        """The name that the caller gave to the session of a role."""
        found = arn.Arn.read(self.arn)
        return found.path.partition("/")[2] or None if found and found.kind == _SESSION else None

    def is_session_of(self, role_arns: Collection[str]) -> bool:
        """Whether the call was made under one of these roles, as Dockwarden's own are under its act roles."""
        if self.role_arn is not None:
            return self.role_arn in role_arns
        # The ARN of a session has no path of its role, but a role's name is unique in its account.
        role = self._assumed_role()
        return role is not None and role in map(_role, role_arns)

    def _assumed_role(self) -> _Role | None:
        found = arn.Arn.read(self.arn)
        if found is None or found.kind != _SESSION:
            return None
        return _Role(found.account, found.path.partition("/")[0])


def _short(value: str | None) -> str | None:
    found = arn.Arn.read(value)
    if found is None or found.kind not in ("role", "user"):
        return None
    return f"{found.kind}/{found.path.rpartition('/')[2]}"


def _role(role_arn: str) -> _Role | None:
    found = arn.Arn.read(role_arn)
    return _Role(found.account, found.path.rpartition("/")[2]) if found and found.kind == "role" else None
