"""The names of errors before the first colon of a text, and the cause of those that say it by themselves.

Sources: the ECS Developer Guide (stopped-task-error-codes) and amazon-ecs-agent (the names of its errors).
"""

from typing import Final

from dockwarden.causes.vocabulary import Cause

IMAGE_CATEGORY: Final = "cannotpull"
# These say where it failed, not why; with a cause, that is what they mean when their text says nothing more.
OPEN_CATEGORIES: Final[dict[str, Cause | None]] = {
    "resourceinitializationerror": None,
    "resourcenotfoundexception": None,
    "cannotstartcontainererror": None,
    "cannotcreatecontainererror": None,
    "containerruntimeerror": Cause.INFRASTRUCTURE,
    "internalerror": Cause.INFRASTRUCTURE,
}
CLOSED_CATEGORIES: Final = {
    "outofmemoryerror": Cause.OOM,
    "spotinterruptionerror": Cause.SPOT,
    "cannotcreatevolumeerror": Cause.CONFIG,
    "invalidvolumeerror": Cause.CONFIG,
    "hostconfigerror": Cause.CONFIG,
    "unparsableport": Cause.CONFIG,
    "unrecognizedtransportprotocol": Cause.CONFIG,
    "dockerclientconfigerror": Cause.CONFIG,
    "taskdependencyerror": Cause.CONFIG,
    "containerruntimetimeouterror": Cause.INFRASTRUCTURE,
    "dockertimeouterror": Cause.INFRASTRUCTURE,
    "dockerstateerror": Cause.INFRASTRUCTURE,
    "cannotstopcontainererror": Cause.INFRASTRUCTURE,
    "cannotinspectcontainererror": Cause.INFRASTRUCTURE,
    "cannotdescribecontainererror": Cause.INFRASTRUCTURE,
    "cannotremovecontainererror": Cause.INFRASTRUCTURE,
    "cannotlistcontainerserror": Cause.INFRASTRUCTURE,
    "cannotgetdockerclienterror": Cause.INFRASTRUCTURE,
    "nosuchcontainererror": Cause.INFRASTRUCTURE,
    "containervanishederror": Cause.INFRASTRUCTURE,
    "containernetworkingerror": Cause.INFRASTRUCTURE,
    "impossiblestatetransitionerror": Cause.INFRASTRUCTURE,
}
# A container that could not be stopped, seen or removed: something else had stopped the task before.
AFTERWARDS: Final = (
    *("cannotstop", "cannotinspect", "cannotdescribe", "cannotremove", "cannotlist"),
    *("nosuchcontainer", "containervanished"),
)
# Reasons of RunTask and of the scheduler that are one word, and the one that names what is short: RESOURCE:CPU.
RESOURCE: Final = "resource:"
WORDS: Final = {
    "agent": Cause.INFRASTRUCTURE,
    "attribute": Cause.PLACEMENT,
    "location": Cause.PLACEMENT,
}
