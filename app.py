"""The CDK app: what the platform decides stands in dockwarden.toml."""

import aws_cdk as cdk

from dockwarden_cdk import DockwardenStack, settings_of_app

app = cdk.App(analytics_reporting=False)
DockwardenStack(app, "Dockwarden", settings=settings_of_app(app))
app.synth()
