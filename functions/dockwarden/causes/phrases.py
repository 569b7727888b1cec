"""What texts of ECS, its agent, Docker and containerd say, and the cause that each says.

Phrases are in lower case, as `texts.plain` makes a text. Where several are in a text, the first one counts: so a
text that was cut can lose its cause but never gets another one. Guesses count only where no phrase does.
Sources: the ECS Developer Guide (stopped-task-error-codes and its pages), amazon-ecs-agent, and texts seen.
"""

from collections.abc import Mapping
from typing import Final

from dockwarden.causes.vocabulary import Cause

Table = tuple[tuple[Cause, tuple[str, ...]], ...]


def _of(lines: str) -> tuple[str, ...]:
    # Phrases have blanks at their ends that count, hence no list of words.
    return tuple(lines.split("|"))


# --- What is wrong, said in the same words about images, secrets and logs ---------------------------------------

MISSING: Final = _of(
    "not found|notfound|does not exist|no longer exist|doesn't exist|cannot be found|"
    "cannot find the specified|cannot find the image|could not find|couldn't find|"
    "could not be found|cannot find log group|cannot find the log group|check that the log group exists|"
    "couldn't be found|manifest unknown|manifest_unknown|name unknown|name_unknown|"
    "no such image|invalid reference format|check whether the secret exists|"
    "check that the image exists|did not contain json key|json key|marked for deletion|"
    "scheduled for deletion|invalid parameter|invalid ssm parameter|http 404 response|"
    "unexpected arn format|invalid arn format|looking for beginning of value"
)
ACCESS: Final = _of(
    "accessdenied|access denied|access_denied|not authorized|unauthorized|unauthorised|"
    "403 forbidden| forbidden|401 unauthorized|statuscode: 403|status code: 403|"
    "http 401 response|http 403 response|"
    "statuscode: 401|authorization failed|authorization token|no basic auth|"
    "authentication required|insufficient_scope|has the permission|have permission|"
    "permission to|permissions to|docker login|is denied|denied: |"
    "incorrect username or password|unrecognizedclient|expiredtoken|security token|"
    "the required permission|the necessary permission|lacks the permission|lacks permission|"
    "access to kms is not allowed|kms key|ciphertext refers|nocredentialproviders|"
    "no valid providers|unable to locate credentials|explicit deny|policy allows"
)
NETWORK: Final = _of(
    "connection issue|check your network|check your task network|network configuration|"
    "i/o timeout|dial tcp|request canceled|requestcanceled|request cancelled|requesterror|"
    "request send failed|send request failed|client.timeout|awaiting headers|"
    "statuscode: 0,|no such host|connection refused|connection reset|connection timed out|"
    "connect timeout|context deadline|context canceled|context cancelled|context deadli|"
    "deadline exceeded|tls handshake|tls: |x509|no route to host|network is unreachable|"
    "server misbehaving|could not connect to the endpoint|name resolution|signal: killed|"
    "timed out|cannot reach|could not reach|invalid memory address|runtime error|failed to do request|"
    "unable to reach|connectivity|dial unix"
)
RATE: Final = _of(
    "toomanyrequests:|: toomanyreq|toomanyrequestsexception|too many requests|pull rate limit|"
    "rate exceeded|rate limit|throttl|requestlimitexceeded|statuscode: 429|"
    "status code: 429|http 429 response"
)

# --- What it is about -------------------------------------------------------------------------------------------

TOPICS: Final = {
    "log": _of(
        "logger args|logging driver|log driver|log group|log stream|cloudwatch|awslogs|"
        "logs:createlog|logs:putlog|firelens|log router"
    ),
    "secret": _of(
        "secrets manager|secretsmanager|secret manager|parameter store|ssm parameter|from ssm|"
        "from asm|retrieve secret|retrieve the secret|secret data|ssm:getparameter|"
        "kms:decrypt|pull secrets from|pull the secret|asm secret|ssm secret|fetch secret|"
        "fetching secret"
    ),
    "image": _of(
        "registry auth|amazon ecr|ecr registry|operation error ecr|ecr:get|ecr:batch|"
        "ecr auth|pull image|pull the image|elastic container registry|ecr: |pull command failed|"
        "image pull|pulling image|resolve ref"
    ),
}
# The step that gets secrets and the registry's token at once, when the text does not say which of them it was.
EITHER: Final = ("pull secrets or registry auth", "pull secrets")

FAULTS: Final = (("missing", MISSING), ("access", ACCESS), ("network", NETWORK), ("rate", RATE))
CAUSES: Final[Mapping[tuple[str | None, str], Cause]] = {
    ("image", "missing"): Cause.IMAGE_MISSING,
    ("image", "access"): Cause.IMAGE_ACCESS,
    ("image", "network"): Cause.IMAGE_NETWORK,
    ("image", "rate"): Cause.IMAGE_RATE_LIMIT,
    ("secret", "missing"): Cause.SECRET_MISSING,
    ("secret", "access"): Cause.SECRET_ACCESS,
    ("secret", "network"): Cause.SECRET_NETWORK,
    ("secret", "rate"): Cause.THROTTLED,
    ("log", "missing"): Cause.LOG_MISSING,
    ("log", "access"): Cause.LOG_ACCESS,
    ("log", "network"): Cause.LOG_NETWORK,
    ("log", "rate"): Cause.THROTTLED,
}
# A fault that does not say what it is about, and the step of EITHER with what it mostly means.
GUESSED_CAUSES: Final[Mapping[tuple[str | None, str], Cause]] = {
    ("either", "access"): Cause.SECRET_ACCESS,
    ("either", "missing"): Cause.SECRET_MISSING,
    ("either", "rate"): Cause.THROTTLED,
    (None, "rate"): Cause.THROTTLED,
}

# --- Texts that say their cause by themselves -------------------------------------------------------------------

DISK: Final = _of(
    "no space left|not enough space|insufficient disk|disk is full|disk full|disk quota|"
    "thin pool|ephemeral storage|out of disk"
)
_PLATFORM: Final = _of(
    "no matching manifest|for platform|contain descriptor|matching platform|exec format error|host platform|"
    "image operating system|incompatible with a|no compatible|architecture|unsupported platform|"
    "not support the linux/|not support the windows/|not support the platform|not support this platform|"
    "not support the required platform|not support the requested platform"
)

IMAGE: Final[Table] = (
    (Cause.DISK_FULL, (*DISK, "getimageblob")),
    (
        Cause.IMAGE_INVALID,
        (
            *_PLATFORM,
            *_of(
                "stream processor|media type|media-type|mediatype|no processor|schema version|"
                "unsupported manifest|invalid manifest|manifest invalid|manifest_invalid|tar header|"
                "archive/tar|verification failed|commit digest|digest mismatch|checksum|diffid|"
                "invalid rootfs|max depth exceeded|unexpected eof|invalid diff|wrong diff|"
                "mismatched image|corrupt|gzip: |layer compression"
            ),
        ),
    ),
    (
        Cause.IMAGE_NETWORK,
        _of("500 internal server error|502 bad gateway|503 service unavailable|504 gateway|http 50"),
    ),
    # The blank makes it come before the same words as a fault of the network: no socket file is the registry.
    (Cause.INFRASTRUCTURE, ("cannot connect to the docker daemon", "input/output error", " dial unix")),
)
IMAGE_GUESSES: Final[Table] = (
    (Cause.DISK_FULL, (": write /var/", ": write /tmp/")),
    (
        Cause.IMAGE_NETWORK,
        _of("httpreaderseeker|failed to copy|error pulling image conf| eof"),
    ),
    (Cause.IMAGE_MISSING, ("failed to resolve ref", "pull image manifest has been retried")),
)

_HOST_GONE: Final = _of(
    "hosting this task was terminated|hosting the task was terminated|hosting this task has been terminated|"
    "hosting the task has been terminated|hosting this task was stopped|hosting the task was stopped"
)

GENERAL: Final[Table] = (
    (
        Cause.OOM,
        _of(
            "outofmemory|out of memory|out-of-memory|oom-kill|oom kill|oomkill|memory usage|"
            "cannot allocate memory|memory limit too low|exceeded memory|exceeded its memory"
        ),
    ),
    (Cause.DISK_FULL, DISK),
    (Cause.IMAGE_INVALID, _PLATFORM),
    (
        Cause.START_COMMAND,
        _of(
            "executable file not found|no such file or directory|permission denied|"
            "no command specified|chdir to cwd|cannot find the file|is a directory: unknown|"
            "executable not found"
        ),
    ),
    (
        Cause.CONFIG,
        _of(
            "efs |fsx|ebs volume|volume attachment|elasticfilesystem|env file|environment file|environment variable file|"
            "s3:getobject|mounting|mount path|mount source|invalid mount|bind source|bind mount|to mount|"
            "mount.nfs|mount target|mount point|no such volume|volume driver|create volume|"
            "while mounting|failed to chown|copy file info|set up volume|volume name|"
            "docker volume|external connectivity|already allocated|address already in use|bind for |"
            "already in use by|custom device|device driver|prestart hook|nvidia-container|unable to find user|"
            "no matching entries|find group|assume the role|assume role|assumerole|passrole|"
            "retrieving security group|retrieving subnet|log opt|log-opt|no log configuration specified|"
            "invalid ipc|conflicting options|minimum memory limit|"
            "host type networking|sysctl|ulimit|seccomp|linux capabilit|unknown capabilit|"
            "range of cpus|not compatible with the selected|service deployment configuration|"
            "long arn format|task definition is inactive|invalid volume|"
            "dependencies cannot be resolved"
        ),
    ),
    (
        Cause.NETWORK_INTERFACE,
        _of(
            "network interface|eni provision|configure eni|regular eni|setup eni|netplugin|"
            "attach eni|eni attach|provision eni|eni plugin|setup network namespace|device index|"
            "free addresses|free ip|"
            "insufficientfreeaddresses|ip addresses available|available ip address|the eni |"
            " enis "
        ),
    ),
    (
        Cause.PLACEMENT,
        _of(
            "resource:cpu|resource:mem|resource:port|resource:eni|resource:gpu|resource:fargate|"
            "insufficient cpu|insufficient memory|insufficient gpu|sufficient capacity|"
            "insufficientinstancecapacity|"
            "capacity is unavailable|reached the limit on the number|number of tasks you can run|"
            "number of vcpus|above your limit|above the limit|placement constraint|"
            "missing an attribute|already using a port|no container instances were found|"
            "no capacity|service quota"
        ),
    ),
    (
        Cause.INFRASTRUCTURE,
        _of(
            "docker daemon|docker endpoint|could not transition|timed out after waiting|"
            'input/output error|agent connected|error "agent"|agent is disconnected|'
            "dial containerd| dial unix /run/containerd| dial unix /var/run/docker|agent disconnected|agent is not connected|underlying infrastructure|"
            "underlying hardware|task retire|retirement|is performing maintenance|"
            "unhealthy container instance|conflict. the |ttrpc:"
        ),
    ),
    (
        Cause.HOST_TERMINATED,
        ("host ec2", "container instance terminated", "container instance was terminated"),
    ),
    (Cause.THROTTLED, ("operations are being throttled",)),
    (Cause.HOST_TERMINATED, ("instance has been terminated", "ec2 instance terminated", *_HOST_GONE)),
    (Cause.SPOT, _of("spot task was interrupted|spot interruption|spotinterruption|spot capacity")),
)
GENERAL_GUESSES: Final[Table] = (
    # ECS says so when it could not reach CloudWatch, and only then that it could not. Of a group with a name it
    # says that there is none.
    (Cause.LOG_NETWORK, ("cannot find the amazon cloudwatch log group defined",)),
    (
        Cause.LOG_MISSING,
        _of(
            "cannot find the amazon cloudwatch log group '|cannot find the amazon cloudwatch log group /|"
            'cannot find the amazon cloudwatch log group "|cannot find the amazon cloudwatch log group named|'
            "cannot find the cloudwatch log group"
        ),
    ),
    (Cause.OOM, ("failed to get container status",)),
    (
        Cause.START_COMMAND,
        _of(
            "oci runtime|runc create failed|container process|shim task|container_linux.go|exec: |"
            "exec user process|exec failed"
        ),
    ),
    (Cause.PLACEMENT, ("unable to place", "no container instance met", "closest matching")),
)

# --- Why somebody stopped a task that ran ------------------------------------------------------------------------

HEALTH: Final[Table] = (
    (
        Cause.ELB_HEALTH,
        _of(
            "failed elb|elb health|target-group|target group|targetgroup|load balanc|lattice|"
            "health checks failed with these codes|failed classic"
        ),
    ),
    (
        Cause.CONTAINER_HEALTH,
        _of(
            "container health|health check of container|health check of the container|failed ecs health|"
            "docker health|container healthcheck"
        ),
    ),
)
STOPS: Final[Table] = (
    *HEALTH,
    (
        Cause.SCHEDULER,
        _of(
            "scaling activity|scale in|scale-in|scaling in|scaled in|scaled down|scale down|"
            "scaling down|rebalanc|replac|(deployment |new deployment|roll back|rolled back|"
            "rolling back|rollback|desired count|draining|drained|task set|taskset|"
            "service was deleted|service deleted|service deletion|deleting service"
        ),
    ),
    (Cause.USER, ("stopped by user", "forced by user", "stopped by a user")),
    (
        Cause.HOST_TERMINATED,
        ("host ec2", "container instance terminated", "container instance was terminated", *_HOST_GONE),
    ),
    (Cause.INFRASTRUCTURE, _of("mainten|retire|underlying infrastructure|infrastructure health")),
    (Cause.SPOT, ("spot task", "spot interruption", "spotinterruption")),
)

# Words beside which it was not only the will of the scheduler: something made it stop or replace the task.
TROUBLE: Final = frozenset(
    _of(
        "fail|fails|failed|failing|failure|failures|unhealthy|health|crash|crashed|crashes|crashing|"
        "error|errors|probe|probes"
    )
)
# What replaces a task by the scheduler's will; a text that says no more than that it was replaced says nothing.
REPLACING: Final = _of(
    "deployment|revision|task definition|by the scheduler|by the service scheduler|capacity|newer"
)
# A container's own check, said in two places of a text; other checks are not the container's.
CHECKED: Final = _of(
    "unhealthy|failed its health|failing its health|failed the health|health check failed|"
    "health checks failed|not pass its health"
)
OTHER_CHECKS: Final = _of("target|elb|load balanc|lattice|(port")
# What ECS writes most when it stops a task, of which a beginning is enough from this many characters on.
BEGUN: Final = (
    (Cause.ELB_HEALTH, "task failed elb health", 13),
    (Cause.CONTAINER_HEALTH, "task failed container health", 13),
    (Cause.SCHEDULER, "scaling activity", 5),
    (Cause.SCHEDULER, "amazon ecs is rebalancing", 17),
)
# The end of a text that was cut before it could say why; secrets of SSM mostly fail so where there is no way.
CALLED: Final = "from ssm: service call has been "
RETRIED: Final = "retried time(s)"
# A container whose dependsOn can no longer come true (amazon-ecs-agent, dependencygraph).
WAITED_IN_VAIN: Final = "dependency graph:"
