"""The CDK app: what the platform decides stands in dockwarden.toml."""

import aws_cdk as cdk

from dockwarden_cdk import DockwardenStack, in_one_sentence, settings_of_app

# Stack traces of constructs cost a tenth of the time that a synthesis takes.
app = cdk.App(analytics_reporting=False, stack_traces=False)
with in_one_sentence():
    DockwardenStack(app, "Dockwarden", settings=settings_of_app(app))
app.synth()
