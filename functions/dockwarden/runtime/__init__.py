"""What runs in Lambda: handlers, settings, and the one place where everything is wired together."""

import gc

# What a cold start makes stays. Looking for garbage in it after each 2,000 objects, as Python does, is a twentieth
# of the cold start of an event from which nothing follows; hence here, before anything else is imported.
gc.set_threshold(20_000)
