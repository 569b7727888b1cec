"""By what somebody called AWS: the few words that a user agent comes to, which is whatever the caller wrote. Pure."""

import re

_MOST = 40
# The first that fits wins: a wrapper says more than the SDK it is made with. What follows a slash is the version.
_KNOWN = (
    (re.compile(r"github-actions"), "GitHub Actions"),
    (re.compile(r"\bTerraform/(\d+(?:\.\d+)?)"), "Terraform/{}"),
    (re.compile(r"\bOpenTofu/(\d+(?:\.\d+)?)"), "OpenTofu/{}"),
    (re.compile(r"\bPulumi\b", re.IGNORECASE), "Pulumi"),
    (re.compile(r"^cloudformation\.amazonaws\.com"), "CloudFormation"),
    (
        re.compile(r"^(?:Mozilla/|AWS Internal$|console\.amazonaws\.com|aws-internal)|\bAWSConsole\b"),
        "the console",
    ),
    (re.compile(r"^([a-z][a-z0-9-]{1,30})\.amazonaws\.com$"), "{}"),
    (re.compile(r"\baws-cli/(\d+)"), "aws-cli/{}"),
    (re.compile(r"\bBoto3/", re.IGNORECASE), "boto3"),
)
_TOOL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*(?:/[A-Za-z0-9._+-]+)?(?=\s|$)")


def tool_of(user_agent: str | None) -> str | None:
    """The tool that a user agent names, None where it names none that could be shown.

    At most 40 characters, of letters, digits and `._+-/` only, or words of our own.
    """
    if user_agent is None:
        return None
    text = user_agent[:1000].strip()
    for pattern, words in _KNOWN:
        if (found := pattern.search(text)) is not None:
            return words.format(*found.groups())[:_MOST]
    plain = _TOOL.match(text)
    return plain.group()[:_MOST] if plain is not None else None
