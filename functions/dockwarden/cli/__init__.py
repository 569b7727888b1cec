"""The `dockwarden` command: what people run at their desk; never in the Lambda asset."""
