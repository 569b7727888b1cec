"""What can go wrong in the demo, as a sentence for whoever started it."""

from lab.ministack.errors import LabError


class DemoError(LabError):
    """The demo cannot go on; the message says why and what to do."""
