import logging

LOG = logging.getLogger("lab.bridges")
