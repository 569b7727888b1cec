"""The commands of the README that need an account, as they are written there."""

BOOTSTRAP = "node_modules/.bin/cdk bootstrap"
DEPLOY = "node_modules/.bin/cdk deploy"
CREATE_SECRET = "aws secretsmanager create-secret --name dockwarden/slack --secret-string file:///dev/stdin"
CHECK = ".venv/bin/dockwarden check"
UNINSTALL = ".venv/bin/dockwarden uninstall"

IN_AN_ACCOUNT = (
    "aws sts get-caller-identity",
    BOOTSTRAP,
    DEPLOY,
    CREATE_SECRET,
    CHECK,
    ".venv/bin/dockwarden mode spot_drain",
    '.venv/bin/dockwarden mode spot_drain enforce --why "two weeks of observing agree"',
    ".venv/bin/dockwarden playbooks --stack Dockwarden",
    '.venv/bin/dockwarden stop --why "incident 4711"',
    '.venv/bin/dockwarden resume --why "it was not us"',
    '.venv/bin/dockwarden stop --playbook spot_drain --why "draining makes it worse"',
    ".venv/bin/dockwarden resume --playbook spot_drain",
    '.venv/bin/dockwarden stop --cluster web-prod --why "migration"',
    ".venv/bin/dockwarden resume --cluster web-prod",
    '.venv/bin/dockwarden stop --service web-prod/web-api --why "migration"',
    ".venv/bin/dockwarden resume --service web-prod/web-api",
    ".venv/bin/dockwarden changes",
    UNINSTALL,
)
"""In the order of the README; tests/e2e/test_account_commands.py runs each against the local AWS."""
