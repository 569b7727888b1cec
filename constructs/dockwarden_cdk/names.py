"""The names of what the stack makes."""

from dataclasses import dataclass

from aws_cdk import Aws

from dockwarden.errors import SettingsError

_LONGEST_NAME = 64  # of a role, of a function and of a rule
_LONGEST_ARCHIVE = 48
_LONGEST_REGION = len("ap-southeast-1")


@dataclass(frozen=True, slots=True)
class Names:
    """Physical names under a prefix, or None for CloudFormation's own, which never collide.

    `stack` names the rules, which always have a name of their own: a queue's policy must name its rule
    before the rule exists, or the first events would be refused.
    """

    prefix: str
    stack: str

    def of(self, name: str) -> str | None:
        """The name of something that is regional."""
        return self._fitting(f"{self.prefix}-{name}", 0) if self.prefix else None

    def role(self, name: str) -> str | None:
        """The name of a role; roles are global, so it holds the region."""
        if not self.prefix:
            return None
        return f"{self._fitting(f'{self.prefix}-{name}', _LONGEST_REGION + 1)}-{Aws.REGION}"

    def rule(self, name: str) -> str:
        """The name of a rule."""
        return self._fitting(f"{self.prefix or self.stack}-{name}", 0)

    def archive(self, name: str) -> str:
        """The name of an archive, which has a name of its own so that a deploy's policy can name it."""
        return self._fitting(f"{self.prefix or self.stack}-{name}", _LONGEST_NAME - _LONGEST_ARCHIVE)

    def _fitting(self, name: str, reserved: int) -> str:
        if len(name) + reserved > _LONGEST_NAME:
            raise SettingsError(
                "name_prefix", self.prefix or self.stack, f"shorter, so that {name} fits into AWS's names"
            )
        return name


def pascal(name: str) -> str:
    """A construct id of a name: spot_drain becomes SpotDrain."""
    return "".join(word[:1].upper() + word[1:] for word in name.replace("-", "_").split("_"))


def kebab(name: str) -> str:
    """A part of a physical name: spot_drain becomes spot-drain."""
    return name.replace("_", "-")
