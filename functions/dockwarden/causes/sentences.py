"""The sentence that a person reads for each cause, and the next step that a person on call can do."""

from typing import Final

from dockwarden.causes.diagnosis import named
from dockwarden.causes.vocabulary import Cause
from dockwarden.events.ecs_task_state_change import TaskContainer, TaskStateChange

_SIGNAL: Final = 128
_LAST_SIGNAL: Final = 64
_SIGNALS: Final = {6: "SIGABRT", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 15: "SIGTERM"}

_RESOURCES: Final = {
    "CPU": "CPU",
    "MEMORY": "memory",
    "PORTS": "free host ports",
    "ENI": "network interfaces",
    "GPU": "GPUs",
    "FARGATE": "Fargate capacity",
}

# {who} is the container, or "the task" / "a container" where none is known; {how} its exit code, {limit} its memory.
SENTENCES: Final = {
    Cause.APP_EXIT: "{who} ended by itself{how}",
    Cause.CLEAN_EXIT: "{who} finished with exit code 0, although a service has to keep it running",
    Cause.OOM: "{who} was killed because it used more memory than its limit{limit}",
    Cause.KILLED: "{who} was killed from outside{how}, and nothing says that memory ran out",
    Cause.IMAGE_MISSING: "the image of {who} is not in its registry under that name, tag or digest",
    Cause.IMAGE_ACCESS: "the task may not pull the image of {who} from its registry",
    Cause.IMAGE_NETWORK: "the task could not reach the registry to pull the image of {who}",
    Cause.IMAGE_RATE_LIMIT: "the registry refused the image of {who} because its pull limit is used up",
    Cause.IMAGE_INVALID: "the image of {who} cannot run here: wrong platform, or a broken manifest or layer",
    Cause.DISK_FULL: "the disk was full when {who} was to start",
    Cause.SECRET_MISSING: "a secret that {who} needs does not exist under that name or ARN",
    Cause.SECRET_ACCESS: "the execution role may not read a secret that {who} needs",
    Cause.SECRET_NETWORK: "the task could not reach the store of a secret that {who} needs",
    Cause.LOG_MISSING: "the log group that {who} writes to does not exist",
    Cause.LOG_ACCESS: "the execution role may not create the log stream or log group of {who}",
    Cause.LOG_NETWORK: "the task could not reach the log destination of {who}",
    Cause.START_COMMAND: "the command of {who} cannot be executed{how}",
    Cause.ELB_HEALTH: "the load balancer found the task unhealthy, and the scheduler replaced it",
    Cause.CONTAINER_HEALTH: "the container health check of the task failed, and the scheduler replaced it",
    Cause.SCHEDULER: "the service scheduler stopped the task: scale-in, a deployment or rebalancing",
    Cause.SPOT: "AWS took the Spot capacity of the task back",
    Cause.USER: "somebody stopped the task",
    Cause.HOST_TERMINATED: "the EC2 instance below the task was terminated or stopped",
    Cause.NETWORK_INTERFACE: "the task got no network interface",
    Cause.PLACEMENT: "ECS found no place for the task{resource}",
    Cause.CONFIG: "the task cannot start as it is configured: a mount, environment file, role, port or compatibility",
    Cause.INFRASTRUCTURE: "the platform below the task failed: the ECS agent, the container runtime or the host",
    Cause.THROTTLED: "AWS throttled the calls that ECS made for the task",
    Cause.UNKNOWN: "the event does not say why the task stopped",
}

NEXT_STEPS: Final = {
    Cause.APP_EXIT: "Read the last log lines of the container, and compare its image and settings with the revision that worked.",
    Cause.CLEAN_EXIT: "Keep the main process in the foreground, or run it as a scheduled task instead of a service.",
    Cause.OOM: "Raise the memory of the container or task, or go back to the revision before it grew.",
    Cause.KILLED: "Look at the memory use and at stopTimeout: either its host ran out of memory, or it ignored SIGTERM.",
    Cause.IMAGE_MISSING: "Push the image again or point the task definition at one that exists; check the lifecycle policy of the repository.",
    Cause.IMAGE_ACCESS: "Allow the execution role (on EC2 the instance role) to pull, and check the policies of repository and VPC endpoint.",
    Cause.IMAGE_NETWORK: "Check the way out of the subnet: NAT or the endpoints ecr.api, ecr.dkr and S3, port 443 in the security group, DNS.",
    Cause.IMAGE_RATE_LIMIT: "Pull with credentials or through an ECR pull-through cache; waiting helps for a while.",
    Cause.IMAGE_INVALID: "Build the image for the platform of the task (linux/amd64 or linux/arm64), push it again, or go back to the last good digest.",
    Cause.DISK_FULL: "Raise ephemeralStorage (Fargate), or clear old images and logs on the instance.",
    Cause.SECRET_MISSING: "Create the secret or parameter, or correct its ARN and Region in the task definition.",
    Cause.SECRET_ACCESS: "Allow the execution role to read the secret: secretsmanager:GetSecretValue or ssm:GetParameters, and kms:Decrypt.",
    Cause.SECRET_NETWORK: "Check the way out of the subnet: NAT or the endpoints secretsmanager and ssm, port 443 in the security group.",
    Cause.LOG_MISSING: "Create the log group, or set awslogs-create-group and allow logs:CreateLogGroup.",
    Cause.LOG_ACCESS: "Allow the execution role logs:CreateLogStream and logs:PutLogEvents (and logs:CreateLogGroup if it creates groups).",
    Cause.LOG_NETWORK: "Check the way out of the subnet: NAT or the endpoint logs, port 443 in the security group.",
    Cause.START_COMMAND: "Check command, entryPoint and working directory against the image, also for the CPU architecture; go back to the revision that started.",
    Cause.ELB_HEALTH: "Check path, port and matcher of the target group, the security group, and healthCheckGracePeriodSeconds against the start time.",
    Cause.CONTAINER_HEALTH: "Run the healthCheck command inside the image, and check its startPeriod, timeout and retries.",
    Cause.SCHEDULER: "Nothing to do.",
    Cause.SPOT: "Nothing to do if the service gets its place elsewhere; keep a base on on-demand capacity if it must not wait.",
    Cause.USER: "If it was not intended, look up StopTask in CloudTrail.",
    Cause.HOST_TERMINATED: "Look at the instance's Auto Scaling activity and Spot events; drain hosts before they go.",
    Cause.NETWORK_INTERFACE: "Check the free IP addresses of the subnets and the limits for network interfaces; it may pass by itself.",
    Cause.PLACEMENT: "Add capacity or another capacity provider, or lower what the task asks for.",
    Cause.CONFIG: "Correct the task definition or the service, or go back to the revision that started.",
    Cause.INFRASTRUCTURE: "If it stays on one instance, drain and replace that instance; otherwise look at AWS Health.",
    Cause.THROTTLED: "Wait; if it goes on, spread starts over time and look for what else calls ECS.",
    Cause.UNKNOWN: "Look at the stopped task, the service's events and the last log lines.",
}


def sentence(cause: Cause, *, certain: bool = True, **words: str) -> str:
    """Return the sentence for a cause: ``who``, ``how``, ``limit`` and ``resource`` fill it where they are known."""
    filled = SENTENCES[cause].format(
        **{"who": "a container", "how": "", "limit": "", "resource": "", **words}
    )
    guess = not certain and cause is not Cause.UNKNOWN
    return f"Probably: {filled}." if guess else f"{filled[0].upper()}{filled[1:]}."


def who(container: TaskContainer | None) -> str:
    """Return the container as it stands in a sentence."""
    return f"container {named(container.name)}" if container is not None and container.name else "a container"


def how(container: TaskContainer | None) -> str:
    """Return the exit code of a container, with the signal that it means, as the end of a clause."""
    if container is None or container.exit_code is None:
        return ""
    code = container.exit_code
    number = code - _SIGNAL
    if not 0 < number <= _LAST_SIGNAL:
        return f" with exit code {code}" if abs(code) < 1 << 32 else " with an exit code out of range"
    return f" ({_SIGNALS.get(number, f'signal {number}')}, exit code {code})"


def limit(task: TaskStateChange, container: TaskContainer | None) -> str:
    """Return the memory that a container may use, in MB, where the event says it."""
    own = _number(container.memory if container is not None else None)
    whole = _number(task.memory)
    return f" ({own} MB)" if own else f" (at most the {whole} MB of the task)" if whole else ""


def resource(reason: str | None) -> str:
    """Return what the cluster has too little of, where ECS's reason is `RESOURCE:` and its name."""
    kind = (reason or "").strip().removeprefix("RESOURCE:")[:8].split(" ")[0]
    return f": too little {_RESOURCES[kind]}" if kind in _RESOURCES else ""


def _number(text: str | None) -> str | None:
    return text if text and len(text) <= 9 and text.isascii() and text.isdigit() else None  # noqa: PLR2004 - digits
