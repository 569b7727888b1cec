"""What `make snapshot` runs: writes the committed snapshots anew, from the template."""

import sys
from pathlib import Path

from aws_cdk import App
from aws_cdk.assertions import Template

from dockwarden_cdk import DockwardenStack, FunctionCode
from dockwarden_cdk.review import permissions_text, stateful_ids
from dockwarden_cdk.samples import reviewed

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Write the permissions and the logical ids."""
    app = App(analytics_reporting=False)
    stack = DockwardenStack(
        app, "Dockwarden", settings=reviewed("CLUSTER"), code=FunctionCode.from_parameters
    )
    template = Template.from_stack(stack).to_json()
    texts = {
        "docs/permissions.txt": permissions_text(stack, template),
        "tests/cdk/logical_ids.txt": stateful_ids(template),
    }
    for name, text in texts.items():
        changed = not (ROOT / name).exists() or (ROOT / name).read_text() != text
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(text)
        print(f"{name}: {'written anew, read the difference' if changed else 'unchanged'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
