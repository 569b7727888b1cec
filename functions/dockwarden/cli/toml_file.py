"""The settings of playbooks in a dockwarden.toml, as the deploy would read them."""

import tomllib
from collections.abc import Mapping

from dockwarden.cli.documents import DocumentError, read_bytes
from dockwarden.cli.nodes import Node
from dockwarden.cli.playbook_settings import playbook_config
from dockwarden.runtime.config import PlaybookConfig


def read_toml(name: str) -> Mapping[str, PlaybookConfig]:
    """The settings of each playbook that the file names. Raises DocumentError and NodeError."""
    try:
        document = tomllib.loads(read_bytes(name).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DocumentError(name, f"it is no TOML ({error})") from error
    entries = Node(document, document=name).get("playbooks")
    if entries is None:
        return {}
    return {found: playbook_config(found, entries.need(found)) for found in entries.keys()}  # noqa: SIM118
