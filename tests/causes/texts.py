"""The error texts of the list of stop reasons, sections 3 to 5, with the phrase that decides each."""

from dataclasses import dataclass

from tests.causes.shapes import Words, words

ECR = "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
ROLE = "arn:aws:sts::111122223333:assumed-role/shop-execution/0123456789abcdef0123456789abcdef"
SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop/db-AbCdEf"
LAYER = "sha256:" + "3a5c" * 16

INIT = "ResourceInitializationError: "
PULL = "CannotPullContainerError: "
START = "CannotStartContainerError: Error response from daemon: "
AUTH = INIT + "unable to pull secrets or registry auth: "
OLD_AUTH = AUTH + "execution resource retrieval failed: "
LOGGER = INIT + "failed to validate logger args: "
STREAM = LOGGER + "create stream has been retried 1 times: failed to create Cloudwatch log stream: "


@dataclass(frozen=True, slots=True)
class Text:
    """One error text; cut off before the end of ``key``, it may also be ``unknown`` or one of ``broader``."""

    id: str
    text: str
    key: str
    accepted: Words
    because: str
    broader: Words = frozenset()


RESOLVE = words("image-missing")  # a bare "failed to resolve ref" is documented as an image that is gone

INITIALIZATION = (
    Text(
        "ecr-auth-connection",
        AUTH
        + "The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task"
        " and Amazon ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken,"
        " exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send"
        ' failed, Post "https://api.ecr.eu-central-1.amazonaws.com/": dial tcp 10.0.3.7:443: i/o timeout',
        "registry auth from Amazon ECR: There is a connection issue",
        words("image-network"),
        "registry authorisation counts as image-*, and there is no route",
    ),
    Text(
        "ecr-auth-older-truncated",
        OLD_AUTH
        + "unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError:"
        " send request failed caused by: Post https://api.ecr....",
        "ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed",
        words("image-network"),
        "the older wording of the same, already truncated by AWS",
    ),
    Text(
        "ssm-context-canceled",
        OLD_AUTH
        + "unable to retrieve secrets from ssm: service call has been retried 5 time(s): RequestCanceled:"
        " request context canceled caused by: context deadli...",
        "secrets from ssm: service call has been retried 5 time(s): RequestCanceled: request context canceled",
        words("secret-network"),
        "the container's secrets, no route to SSM",
    ),
    Text(
        "asm-not-found",
        OLD_AUTH + "unable to retrieve secret from asm: service call has been retried 5 time(s):"
        " ResourceNotFoundException: Secrets Manager can't find the specified secret.",
        "secret from asm: service call has been retried 5 time(s): ResourceNotFoundException",
        words("secret-missing"),
        "Secrets Manager says that there is none",
    ),
    Text(
        "asm-access-denied",
        OLD_AUTH + "unable to retrieve secret from asm: service call has been retried 1 time(s):"
        f" AccessDeniedException: User: {ROLE} is not authorized to perform: secretsmanager:GetSecretValue on"
        f" resource: {SECRET} because no identity-based policy allows the secretsmanager:GetSecretValue action",
        "secret from asm: service call has been retried 1 time(s): AccessDeniedException",
        words("secret-access"),
        "the execution role may not read the secret",
    ),
    Text(
        "asm-access-denied-old-form",
        INIT + f"Fetching secret data from AWS Secrets Manager in region eu-central-1: secret {SECRET}:"
        f" AccessDeniedException: User: {ROLE} is not authorized to perform: secretsmanager:GetSecretValue on"
        f" resource: {SECRET}",
        f"Fetching secret data from AWS Secrets Manager in region eu-central-1: secret {SECRET}: AccessDenied",
        words("secret-access"),
        "the older wording of the same",
    ),
    Text(
        "ssm-access-denied-agent",
        INIT
        + f"Fetching secret data from SSM Parameter Store in eu-central-1: AccessDeniedException: User: {ROLE}"
        " is not authorized to perform: ssm:GetParameters on resource:"
        " arn:aws:ssm:eu-central-1:111122223333:parameter/shop/db because no identity-based policy allows the"
        " ssm:GetParameters action",
        "Fetching secret data from SSM Parameter Store in eu-central-1: AccessDeniedException",
        words("secret-access"),
        "the agent's wording for SSM",
    ),
    Text(
        "ssm-invalid-parameters",
        INIT
        + "Fetching secret data from SSM Parameter Store in eu-central-1: invalid parameters: /shop/db-password",
        "Fetching secret data from SSM Parameter Store in eu-central-1: invalid parameters",
        words("secret-missing"),
        "SSM calls a parameter invalid when there is none of that name",
    ),
    Text(
        "log-group-missing",
        STREAM + "ResourceNotFoundException: The specified log group does not exist. : exit status 1",
        "log stream: ResourceNotFoundException",
        words("log-missing"),
        "the log group does not exist",
    ),
    Text(
        "log-stream-access",
        STREAM + f"AccessDeniedException: User: {ROLE} is not authorized to perform: logs:CreateLogStream on"
        " resource: arn:aws:logs:eu-central-1:111122223333:log-group:/ecs/shop:log-stream:app : exit status 1",
        "log stream: AccessDeniedException",
        words("log-access"),
        "the execution role may not create the stream",
    ),
    Text(
        "log-group-access",
        LOGGER + "create stream has been retried 1 times: failed to create Cloudwatch log group:"
        f" AccessDeniedException: User: {ROLE} is not authorized to perform: logs:CreateLogGroup on resource:"
        " arn:aws:logs:eu-central-1:111122223333:log-group:/ecs/shop:log-stream: : exit status 1",
        "log group: AccessDeniedException",
        words("log-access"),
        "awslogs-create-group without the permission",
    ),
    Text(
        "log-connection",
        LOGGER
        + "The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a"
        " connection issue between the task and Amazon CloudWatch. Check your network configuration. :"
        " signal: killed",
        "There is a connection issue",
        words("log-network"),
        "it says 'cannot find', but the reason is the connection",
        words("log-missing"),
    ),
    Text(
        "log-signal-killed",
        LOGGER + ": signal: killed",
        "failed to validate logger args: : signal: killed",
        words("log-network"),
        "the older wording of the connection issue; no process of the task was killed",
    ),
    Text(
        "efs-utils",
        INIT + "failed to invoke EFS utils commands to set up EFS volumes: stderr: Failed to resolve"
        ' "fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com" - check that your file system ID is correct',
        "failed to invoke EFS utils",
        words("config"),
        "mounts count as config, whatever lies behind",
    ),
    Text(
        "env-files",
        INIT + "failed to download env files: file download command: non-empty error stream: RequestCanceled:"
        " request context cancelled caused by: context deadline exceeded",
        "failed to download env files",
        words("config"),
        "environment files count as config, even when the network is to blame",
    ),
)

PULLING = (
    Text(
        "resolve-ref",
        PULL + f"pull image manifest has been retried 5 time(s): failed to resolve ref {ECR}/shop:v42",
        f"failed to resolve ref {ECR}/shop",
        words("image-missing"),
        "documented as a tag or digest that is gone",
    ),
    Text(
        "resolve-ref-403",
        PULL + f'inspect image has been retried 1 time(s): failed to resolve ref "{ECR}/shop:v42": unexpected'
        " status code [manifests v42]: 403 Forbidden",
        "403 Forbidden",
        words("image-access"),
        "the registry refuses",
        RESOLVE,
    ),
    Text(
        "resolve-ref-not-found",
        PULL + f"inspect image has been retried 1 time(s): failed to resolve ref {ECR}/shop:v42:"
        f" {ECR}/shop:v42: not found",
        ": not found",
        words("image-missing"),
        "the tag does not exist",
    ),
    Text(
        "role-permission",
        PULL
        + "The task can't pull the image. Check that the role has the permissions to pull images from the"
        " registry",
        "Check that the role has the permissions",
        words("image-access"),
        "the text names the permission",
    ),
    Text(
        "ecr-connection",
        PULL
        + f"The task cannot pull '{ECR}/shop:v42' from the Amazon ECR repository '{ECR}/shop'. There is a"
        " connection issue between the task and Amazon ECR. Check your task network configuration.",
        "There is a connection issue",
        words("image-network"),
        "the text names the connection",
    ),
    Text(
        "check-network",
        PULL + "The task can't pull the image. Check your network configuration",
        "Check your network configuration",
        words("image-network"),
        "the text names the network",
    ),
    Text(
        "client-timeout",
        PULL
        + f'Error response from daemon: Get "https://{ECR}/v2/": net/http: request canceled while waiting for'
        " connection (Client.Timeout exceeded while awaiting headers)",
        "request canceled while waiting",
        words("image-network"),
        "no route to the registry",
    ),
    Text(
        "io-timeout",
        PULL
        + 'Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp 10.0.3.7:443: i/o timeout',
        "i/o timeout",
        words("image-network"),
        "no route to the registry",
    ),
    Text(
        "no-such-host",
        PULL + 'Error response from daemon: Get "https://registry.exampel.test/v2/": dial tcp: lookup'
        " registry.exampel.test on 10.0.0.2:53: no such host",
        "no such host",
        words("image-network", "image-missing"),
        "DNS or a misspelt registry: the boundaries leave it open",
    ),
    Text(
        "api-error-500",
        PULL
        + f"API error (500): Get https://{ECR}/v2/: net/http: request canceled while waiting for connection",
        "request canceled while waiting",
        words("image-network"),
        "the old wording of the timeout",
    ),
    Text(
        "no-space",
        PULL + "write /var/lib/docker/overlay2/GetImageBlob421: no space left on device",
        "no space left",
        words("disk-full"),
        "the disk is full, not the image broken",
    ),
    Text(
        "no-space-fargate-truncated",
        PULL
        + f"containerd: pull command failed: time=2026-11-20 failed to extract layer {LAYER}: write /var/...",
        ": write /var/",
        words("disk-full", "unknown"),
        "listed as disk full, but AWS cut off the words that say so",
    ),
    Text(
        "too-many-requests",
        PULL + "ERROR: toomanyrequests: Too Many Requests",
        "toomanyrequests",
        words("image-rate-limit"),
        "Docker Hub's limit",
    ),
    Text(
        "pull-rate-limit",
        PULL
        + "inspect image has been retried 5 time(s): httpReaderSeeker: failed open: unexpected status code: 429:"
        " You have reached your pull rate limit",
        "You have reached your pull rate limit",
        words("image-rate-limit"),
        "Docker Hub's limit in words",
        words("image-network", "image-access"),
    ),
    Text(
        "layer-download",
        PULL
        + "ref pull has been retried 1 time(s): failed to copy: httpReaderSeeker: failed open: unexpected status"
        f" code https://{ECR}/v2/shop/blobs/{LAYER}",
        "failed to copy: httpReaderSeeker: failed open",
        words("image-network", "image-access", "unknown"),
        "endpoint or policy of S3: the status code would tell",
    ),
    Text(
        "attestation",
        PULL
        + "ref pull has been retried 1 time(s): failed to unpack image on snapshotter overlayfs: failed to"
        f" extract layer {LAYER}: failed to get stream processor for application/vnd.in-toto+json: no processor"
        " for media-type: unknown",
        "failed to get stream processor",
        words("image-invalid"),
        "an attestation was pushed in place of an image",
    ),
    Text(
        "access-denied-docker",
        PULL + "Error response from daemon: pull access denied for shop",
        "pull access denied",
        words("image-access"),
        "the registry wants a login",
    ),
    Text(
        "panic",
        PULL + "pull command failed: panic: runtime error: invalid memory address or nil pointer dereference",
        "panic: runtime error",
        words("image-network", "unknown"),
        "listed as S3 unreachable; 'memory' in it is not the task's",
    ),
    Text(
        "pulling-image-conf",
        PULL + "error pulling image conf...",
        "error pulling image conf",
        words("image-rate-limit", "image-network", "unknown"),
        "rate limit or network, the rest is cut off",
    ),
    Text(
        "context-canceled",
        PULL + "context canceled",
        "context canceled",
        words("image-network"),
        "no route",
    ),
    Text(
        "ecr-endpoint-policy",
        f"CannotPullECRContainerError: AccessDeniedException: User: {ROLE} is not authorized to perform:"
        " ecr:GetAuthorizationToken on resource: * because no VPC endpoint policy allows the"
        " ecr:GetAuthorizationToken action",
        "AccessDeniedException",
        words("image-access"),
        "a policy of the endpoint refuses, so it is access",
    ),
    Text(
        "ecr-identity-policy",
        f"CannotPullECRContainerError: AccessDeniedException: User: {ROLE} is not authorized to perform:"
        " ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the"
        " ecr:GetAuthorizationToken action",
        "AccessDeniedException",
        words("image-access"),
        "the role refuses",
    ),
    Text(
        "ecr-request-error",
        "CannotPullECRContainerError: RequestError: send request failed caused by: Post"
        ' "https://api.ecr.eu-central-1.amazonaws.com/": net/http: request canceled while waiting for connection',
        "RequestError: send request failed",
        words("image-network"),
        "the agent cannot reach ECR",
    ),
    Text(
        "daemon-form",
        "Task failed to reach RUNNING status: CannotPullContainerError: pull image manifest has been retried 5 time(s)",
        "CannotPullContainerError: pull image manifest",
        words("image-missing", "unknown"),
        "without the tail nobody knows why the manifest did not come",
    ),
)

CONTAINER = (
    Text(
        "start-log-group",
        START + "failed to initialize logging driver: failed to create Cloudwatch log stream:"
        " ResourceNotFoundException: The specified log group does not exist. status code: 400, request id:"
        " 11111111-2222-4333-8444-555555555555",
        "log stream: ResourceNotFoundException",
        words("log-missing"),
        "the log group does not exist",
    ),
    Text(
        "start-not-in-path",
        START + "OCI runtime create failed: container_linux.go:380: starting container process caused: exec:"
        ' "gunicorn": executable file not found in $PATH: unknown',
        "executable file not found",
        words("start-command"),
        "a command that cannot be executed",
    ),
    Text(
        "start-shim",
        START + "failed to create shim task: OCI runtime create failed",
        "OCI runtime create failed",
        words("start-command", "unknown"),
        "command or architecture; the rest is cut off",
    ),
    Text(
        "start-container-status",
        START + "failed to get container status: runc did not terminate successfully",
        "failed to get container status",
        words("oom", "unknown"),
        "documented as too little memory at start, though no word of it says so",
    ),
    Text(
        "start-port",
        START + "driver failed programming external connectivity on endpoint shop"
        f" ({'0f' * 32}): Bind for 0.0.0.0:80 failed: port is already allocated",
        "driver failed programming external connectivity",
        words("config"),
        "ports count as config",
    ),
    Text(
        "start-device",
        START
        + 'error gathering device information while adding custom device "/dev/dri/renderD130": no such file or'
        " directory",
        "error gathering device information",
        words("config", "unknown"),
        "the task definition names a device that is not there; no command is missing",
    ),
    Text(
        "cannot-stop",
        "CannotStopContainerError: Error response from daemon: container did not exit in time",
        "CannotStopContainerError",
        words("infrastructure", "unknown"),
        "a category of the Docker daemon",
    ),
    Text(
        "cannot-inspect",
        "CannotInspectContainerError: Could not transition to inspecting; timed out after waiting 30s",
        "CannotInspectContainerError",
        words("infrastructure", "unknown"),
        "a category of the Docker daemon",
    ),
    Text(
        "cannot-create-volume",
        "CannotCreateVolumeError: create shop-data: volume driver rejected the options",
        "CannotCreateVolumeError",
        words("config", "infrastructure", "unknown"),
        "mounts are config, the daemon is infrastructure: the category alone leaves it open",
    ),
    Text(
        "runtime",
        "ContainerRuntimeError: the container runtime failed",
        "ContainerRuntimeError",
        words("infrastructure", "unknown"),
        "nothing but the category",
    ),
    Text(
        "runtime-timeout",
        "ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 1m30s",
        "ContainerRuntimeTimeoutError",
        words("infrastructure"),
        "the runtime did not answer in time",
    ),
    Text(
        "resource-not-found",
        f"ResourceNotFoundException: The task can't retrieve the secret with ARN '{SECRET}' from AWS Secrets Manager."
        " Check whether the secret exists in the specified Region",
        "The task can't retrieve the secret with ARN",
        words("secret-missing"),
        "the category's documented text is about a secret",
    ),
    Text(
        "spot-error",
        "SpotInterruptionError: Your Spot Task was interrupted.",
        "SpotInterruptionError",
        words("spot"),
        "the category says it",
    ),
    Text(
        "internal",
        "InternalError: the network interface was not attached in time",
        "InternalError",
        words("infrastructure", "network-interface"),
        "AWS's own fault, documented as an attachment that came late",
    ),
    Text(
        "docker-timeout",
        "DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s",
        "DockerTimeoutError",
        words("infrastructure"),
        "the Docker daemon is infrastructure",
    ),
    Text(
        "create-devmapper",
        "CannotCreateContainerError: API error (500): devmapper: Thin Pool has 4350 free data blocks which is less than"
        " minimum required 4454 free data blocks. Create more free space in thin pool or use dm.min_free_space"
        " option to change behavior",
        "devmapper: Thin Pool has 4350 free data blocks which is less than",
        words("disk-full"),
        "the thin pool of the instance is full",
        words("infrastructure"),
    ),
    Text(
        "pull-manifest-category",
        f"CannotPullImageManifestError: Error response from daemon: manifest for {ECR}/shop:v42 not found: manifest"
        " unknown: Requested image not found",
        "not found",
        words("image-missing"),
        "the agent's category for the manifest",
    ),
    Text(
        "pull-auth-category",
        f"CannotPullContainerAuthError: asm fetching secret from the service for {SECRET}: AccessDeniedException: User:"
        f" {ROLE} is not authorized to perform: secretsmanager:GetSecretValue",
        f"{SECRET}: AccessDenied",
        words("image-access"),
        "the registry's login lies in a secret, yet registry authorisation counts as image-*",
    ),
    Text(
        "describe",
        "CannotDescribeContainerError: Could not transition to described; timed out after waiting 30s",
        "CannotDescribeContainerError",
        words("infrastructure", "unknown"),
        "a call to the Docker daemon failed",
    ),
    Text(
        "remove",
        "CannotRemoveContainerError: the daemon did not answer",
        "CannotRemoveContainerError",
        words("infrastructure", "unknown"),
        "a call to the Docker daemon failed",
    ),
    Text(
        "list",
        "CannotListContainersError: the daemon did not answer",
        "CannotListContainersError",
        words("infrastructure", "unknown"),
        "a call to the Docker daemon failed",
    ),
    Text(
        "docker-client",
        "CannotGetDockerclientError: no client for version 1.44",
        "CannotGetDockerclientError",
        words("infrastructure", "unknown"),
        "the agent and the Docker daemon do not find together",
    ),
    Text(
        "no-such-container",
        "NoSuchContainerError: no such container: 0f0f0f0f0f0f",
        "NoSuchContainerError",
        words("infrastructure", "unknown"),
        "the daemon lost the container",
    ),
    Text(
        "vanished",
        "ContainerVanishedError: No container matched the task's container",
        "ContainerVanishedError",
        words("infrastructure", "unknown"),
        "the daemon lost the container",
    ),
    Text(
        "dependency",
        "TaskDependencyError: Task dependencies cannot be resolved",
        "TaskDependencyError",
        words("config", "unknown"),
        "dependencies stand in the task definition",
    ),
    Text(
        "before-pull",
        "TaskStoppedBeforePullBeginError: Task stopped before image pull could begin for task: shop",
        "TaskStoppedBeforePullBeginError",
        words("unknown", "infrastructure"),
        "a consequence, no cause: nothing is wrong with the image",
    ),
    Text(
        "networking",
        "ContainerNetworkingError: unable to set up the network namespace",
        "ContainerNetworkingError",
        words("network-interface", "infrastructure", "unknown"),
        "the agent's network set-up: interface or host",
    ),
    Text(
        "host-config",
        "HostConfigError: unable to create the host configuration",
        "HostConfigError",
        words("config", "unknown"),
        "built from the task definition",
    ),
    Text(
        "client-config",
        "DockerClientConfigError: unable to create the container configuration",
        "DockerClientConfigError",
        words("config", "infrastructure", "unknown"),
        "built from the task definition for the daemon",
    ),
    Text(
        "invalid-volume",
        "InvalidVolumeError: volume shop-data has no source",
        "InvalidVolumeError",
        words("config"),
        "mounts count as config",
    ),
    Text(
        "impossible-transition",
        "ImpossibleStateTransitionError: Cannot transition to RUNNING",
        "ImpossibleStateTransitionError",
        words("infrastructure", "unknown"),
        "the agent's own state machine",
    ),
    Text(
        "transport",
        "UnrecognizedTransportProtocol: unrecognized transport protocol sctp",
        "UnrecognizedTransportProtocol",
        words("config"),
        "ports count as config",
    ),
    Text(
        "port",
        "UnparsablePort: unparsable port http",
        "UnparsablePort",
        words("config"),
        "ports count as config",
    ),
    Text(
        "out-of-memory",
        "OutOfMemoryError: Container killed due to memory usage",
        "OutOfMemoryError",
        words("oom"),
        "the one reason that makes it oom",
    ),
)
