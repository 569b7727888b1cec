"""The one logger and the one set of metrics of a function."""

import logging

from aws_lambda_powertools import Logger, Metrics

# Named here and not by the environment, because powertools raises where a name is missing.
logger = Logger(service="dockwarden")
metrics = Metrics(namespace="Dockwarden", service="dockwarden")

# Below this level botocore writes requests, with secrets and texts.
logging.getLogger("botocore").setLevel(logging.WARNING)
