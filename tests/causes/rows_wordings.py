"""Other wordings of AWS, older and newer, and texts whose names mislead."""

from collections.abc import Iterator

from tests.causes.rows_file import at_container, at_task
from tests.causes.shapes import Row, Words, words
from tests.causes.texts import (
    AUTH,
    ECR,
    INIT,
    LAYER,
    LOGGER,
    OLD_AUTH,
    PULL,
    ROLE,
    SECRET,
    START,
    STREAM,
    Text,
)

_SSM = OLD_AUTH + "unable to retrieve secrets from ssm: service call has been retried 1 time(s): "
_ASM = OLD_AUTH + "unable to retrieve secret from asm: service call has been retried 1 time(s): "
_OCI = START + "failed to create task for container: failed to create shim task: OCI runtime create failed: "
_RUNC = _OCI + "runc create failed: unable to start container process: "
_EFS = INIT + "failed to invoke EFS utils commands to set up EFS volumes: stderr: "
_ENV = INIT + "failed to download env files: "
_EC2 = "Unexpected EC2 error while attempting to "
_PLACE = "was unable to place a task. Reason: "
_DRIVER = START + "failed to initialize logging driver: "
_MANIFEST = PULL + "pull image manifest has been retried 7 time(s): "

_GROUPS: dict[str, tuple[Words, tuple[str, ...]]] = {
    "secret-network": (
        words("secret-network"),
        (
            AUTH
            + "unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager. There is a"
            " connection issue between the task and AWS Systems Manager Parameter Store. Check your task network"
            " configuration. RequestCanceled: request context canceled caused by: context deadline exceeded",
            AUTH
            + "unable to retrieve secret from asm: There is a connection issue between the task and AWS Secrets"
            f" Manager. Check your task network configuration. failed to fetch secret {SECRET} from secrets manager:"
            " operation error Secrets Manager: GetSecretValue, https response error StatusCode: 0, RequestID: ,"
            " canceled, context deadline exceeded",
            INIT
            + "unable to retrieve secret from asm: There is a connection issue between the task and AWS Secrets"
            " Manager.",
            OLD_AUTH
            + "unable to retrieve secrets from ssm: service call has been retried 5 time(s): RequestCanceled:"
            " request context canceled caused by: context deadline exceeded. Please check your task network"
            " configuration.",
            _ASM
            + f"failed to fetch secret {SECRET} from secrets manager: RequestCanceled: request context canceled"
            " caused by: context deadline exceeded",
            INIT
            + "Fetching secret data from SSM Parameter Store in eu-central-1: RequestError: send request failed"
            ' caused by: Post "https://ssm.eu-central-1.amazonaws.com/": dial tcp 10.0.3.9:443: i/o timeout',
            _ASM
            + 'RequestError: send request failed caused by: Post "https://secretsmanager.eu-central-1.amazonaws.com'
            '/": dial tcp: lookup secretsmanager.eu-central-1.amazonaws.com on 10.0.0.2:53: no such host',
        ),
    ),
    "secret-missing": (
        words("secret-missing"),
        (
            _SSM + "invalid ssm parameters: /shop/db-password",
            (
                f"{_ASM}ResourceNotFoundException: The task can't retrieve the secret with ARN '{SECRET}' from AWS Secrets"
                " Manager. Check whether the secret exists in the specified Region: ResourceNotFoundException: Secrets Manager"
                " can't find the specified secret."
            ),
            (
                f"{_ASM}failed to fetch secret {SECRET} from secrets manager: ResourceNotFoundException: Secrets Manager can't"
                " find the specified secret value for staging label: AWSCURRENT"
            ),
            INIT + "Fetching secret data from AWS Secrets Manager in region eu-central-1: secret"
            f" {SECRET}: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
            _SSM + "operation error SSM: GetParameters, https response error StatusCode: 400, RequestID:"
            " 11111111-2222-4333-8444-555555555555, ParameterNotFound: ",
        ),
    ),
    "secret-json-key": (
        words("secret-missing", "config"),
        (
            INIT
            + "unable to retrieve secret from asm: retrieved secret from Secrets Manager did not contain json key"
            " connectionString",
            (
                f"{_ASM}an invalid ARN format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try"
                " again."
            ),
        ),
    ),
    "secret-deleted": (
        words("secret-missing", "unknown"),
        (
            _ASM
            + "InvalidRequestException: You can't perform this operation on the secret because it was marked for"
            " deletion.",
        ),
    ),
    "secret-access": (
        words("secret-access"),
        (
            _SSM
            + f"AccessDeniedException: User: {ROLE} is not authorized to perform: ssm:GetParameters on resource:"
            " arn:aws:ssm:eu-central-1:111122223333:parameter/shop/db because no identity-based policy allows the"
            " ssm:GetParameters action",
            _SSM
            + "operation error SSM: GetParameters, https response error StatusCode: 400, RequestID: 1111, api error"
            f" AccessDeniedException: User: {ROLE} is not authorized to perform: ssm:GetParameters",
            (
                f"{_ASM}failed to fetch secret {SECRET} from secrets manager: operation error Secrets Manager: GetSecretValue,"
                " https response error StatusCode: 400, RequestID: 1111, api error AccessDeniedException: Access to KMS is not"
                " allowed"
            ),
            _SSM
            + "AccessDeniedException: The ciphertext refers to a customer master key that does not exist, does not"
            " exist in this region, or you are not allowed to access.",
            INIT
            + f"unable to retrieve secret from asm: AccessDeniedException: User: {ROLE} is not authorized to perform:"
            f" secretsmanager:GetSecretValue on resource: {SECRET} with an explicit deny in a resource-based policy",
            AUTH
            + f"AccessDeniedException: User: {ROLE} is not authorized to perform: secretsmanager:GetSecretValue on"
            f" resource: {SECRET}",
        ),
    ),
    "secret-throttled": (
        words("throttled", "unknown"),
        (
            _SSM + "ThrottlingException: Rate exceeded",
            STREAM + "ThrottlingException: Rate exceeded : exit status 1",
        ),
    ),
    "registry-auth-access": (
        words("image-access"),
        (
            OLD_AUTH + "unable to retrieve ecr registry auth: service call has been retried 3 time(s):"
            f" AccessDeniedException: User: {ROLE} is not authorized to perform: ecr:GetAuthorizationToken on resource: *"
            " because no identity-based policy allows the ecr:GetAuthorizationToken action",
            AUTH
            + "The task cannot pull registry auth from Amazon ECR: operation error ECR: GetAuthorizationToken, https"
            f" response error StatusCode: 400, RequestID: 1111, api error AccessDeniedException: User: {ROLE} is not"
            " authorized to perform: ecr:GetAuthorizationToken",
        ),
    ),
    "registry-auth-network": (
        words("image-network"),
        (
            OLD_AUTH
            + "unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send"
            ' request failed caused by: Post "https://api.ecr.eu-central-1.amazonaws.com/": dial tcp 10.0.3.7:443:'
            " connect: connection refused",
            OLD_AUTH
            + "unable to retrieve ecr registry auth: service call has been retried 1 time(s): RequestCanceled:"
            " request context canceled caused by: context deadline exceeded",
        ),
    ),
    "registry-login-missing": (
        words("image-access", "image-missing"),
        (
            (
                f"CannotPullContainerAuthError: asm fetching secret from the service for {SECRET}: ResourceNotFoundException:"
                " Secrets Manager can't find the specified secret."
            ),
        ),
    ),
    "auth-signal-killed": (
        words("unknown", "image-network", "secret-network"),
        (AUTH + "pull command failed: : signal: killed",),
    ),
    "log-missing": (
        words("log-missing"),
        (
            (
                "CannotStartContainerError: API error (500): failed to initialize logging driver: ResourceNotFoundException: The"
                " specified log group does not exist.\n\tstatus code: 400, request id: 1111\n"
            ),
            INIT
            + "failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not"
            " exist",
            STREAM
            + "operation error CloudWatch Logs: CreateLogStream, https response error StatusCode: 400, RequestID:"
            " 1111, ResourceNotFoundException: The specified log group does not exist. : exit status 1",
        ),
    ),
    "log-access": (
        words("log-access"),
        (
            _DRIVER
            + f"failed to create Cloudwatch log stream: AccessDeniedException: User: {ROLE} is not authorized to"
            " perform: logs:CreateLogStream",
            STREAM
            + "operation error CloudWatch Logs: CreateLogStream, https response error StatusCode: 400, RequestID:"
            " 1111, api error AccessDeniedException: no VPC endpoint policy allows the logs:CreateLogStream action",
        ),
    ),
    "log-credentials": (
        words("log-access", "config"),
        (
            _DRIVER
            + "failed to create Cloudwatch log stream: NoCredentialProviders: no valid providers in chain."
            " Deprecated.",
        ),
    ),
    "log-network": (
        words("log-network"),
        (
            STREAM + "RequestError: send request failed caused by: Post"
            ' "https://logs.eu-central-1.amazonaws.com/": dial tcp 10.0.1.5:443: i/o timeout : exit status 1',
            _DRIVER
            + "failed to create Cloudwatch log stream: RequestError: send request failed caused by: Post"
            ' "https://logs.eu-central-1.amazonaws.com/": net/http: TLS handshake timeout',
            _DRIVER + "dial tcp 127.0.0.1:24224: connect: connection refused",
            LOGGER
            + "The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a"
            " connection issue between the task and Amazon CloudWatch. Check your network configuration. signal: killed",
            STREAM
            + "RequestCanceled: request context canceled caused by: context deadline exceeded : exit status 1",
        ),
    ),
    "log-option": (
        words("config", "unknown"),
        (START + "unknown log opt 'awslogs-grup' for awslogs log driver",),
    ),
    "image-invalid": (
        words("image-invalid"),
        (
            _MANIFEST + "image Manifest does not contain descriptor matching platform 'linux/amd64'.",
            PULL + "failed to find a descriptor for platform {linux/amd64}",
            "CannotPullContainerError failed to find a descriptor for platform 0xc0004d52c0 0xc0004d5320",
            PULL
            + "Error response from daemon: no matching manifest for linux/arm64/v8 in the manifest list entries",
            PULL
            + "Error response from daemon: no matching manifest for windows/amd64 10.0.17763 in the manifest list"
            " entries",
            PULL
            + "ref pull has been retried 1 time(s): failed to unpack image on snapshotter overlayfs: mismatched image"
            " rootfs and manifest layers",
            PULL + f"filesystem layer verification failed for digest {LAYER}",
            PULL
            + "failed to register layer: Error processing tar file(exit status 1): archive/tar: invalid tar header",
            _RUNC + 'exec: "/app/server": exec format error: unknown',
            START + "standard_init_linux.go:228: exec user process caused: exec format error",
            (
                f"{PULL}ref pull has been retried 1 time(s): failed to copy: failed commit on ref {LAYER}: unexpected commit"
                f" digest {LAYER[:-1]}0, expected {LAYER}: failed precondition"
            ),
        ),
    ),
    "image-missing": (
        words("image-missing"),
        (
            PULL
            + f"Error response from daemon: manifest for {ECR}/shop:v42 not found: manifest unknown: Requested image"
            " not found",
            PULL
            + "Error response from daemon: name unknown: The repository with name 'shop' does not exist in the registry"
            " with id '111122223333'",
            _MANIFEST + f"failed to resolve ref {ECR}/shop:v42: not found",
            _MANIFEST + f"failed to resolve ref {ECR}/shop@{LAYER}: {ECR}/shop@{LAYER}: not found",
            PULL
            + f'inspect image has been retried 1 time(s): failed to resolve ref "{ECR}/shop:v42": unexpected status'
            " code [manifests v42]: 404 Not Found",
        ),
    ),
    "image-name": (
        words("image-missing", "image-invalid", "config"),
        (PULL + "Error response from daemon: invalid reference format",),
    ),
    "image-access": (
        words("image-access"),
        (
            PULL
            + f"Error response from daemon: Get https://{ECR}/v2/shop/manifests/v42: no basic auth credentials",
            PULL
            + f"Error response from daemon: denied: User: {ROLE} is not authorized to perform: ecr:BatchGetImage on"
            " resource: arn:aws:ecr:eu-central-1:111122223333:repository/shop because no resource-based policy allows the"
            " ecr:BatchGetImage action",
            PULL
            + 'Error response from daemon: Head "https://registry-1.docker.io/v2/shop/manifests/v42": unauthorized:'
            " incorrect username or password",
            PULL
            + 'pull image manifest has been retried 1 time(s): failed to resolve ref "docker.io/example/shop:v42": pull'
            " access denied, insufficient_scope: authorization failed",
            PULL
            + f'inspect image has been retried 1 time(s): failed to resolve ref "{ECR}/shop:v42": unexpected status'
            " code [manifests v42]: 401 Unauthorized",
            PULL + "no pull permission for this image: AccessDeniedException",
        ),
    ),
    "image-denied-or-missing": (
        words("image-access", "image-missing"),
        (
            PULL
            + "Error response from daemon: pull access denied for shop, repository does not exist or may require"
            " 'docker login': denied: requested access to the resource is denied",
        ),
    ),
    "image-rate-limit": (
        words("image-rate-limit"),
        (
            PULL
            + "Error response from daemon: toomanyrequests: You have reached your pull rate limit. You may increase the"
            " limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit",
            _MANIFEST
            + 'failed to resolve ref "docker.io/library/nginx:1": unexpected status code [manifests 1]: 429 Too'
            " Many Requests",
            PULL + "toomanyrequests: Data limit exceeded",
            PULL
            + "Error response from daemon: error from registry: You have reached your unauthenticated pull rate limit.",
        ),
    ),
    "image-ecr-rate": (
        words("image-rate-limit", "throttled"),
        ("CannotPullECRContainerError: ThrottlingException: Rate exceeded",),
    ),
    "image-network": (
        words("image-network"),
        (
            _MANIFEST
            + 'failed to resolve ref docker.io/library/nginx:1: failed to do request: Head "https://registry-1.'
            'docker.io/v2/library/nginx/manifests/1": dial tcp 192.0.2.7:443: i/o timeout',
            PULL
            + "ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: failed open: failed to do request:"
            f" Get {ECR}/shop:v42: dial tcp 192.0.2.9:443: i/o timeout",
            PULL + "dial tcp 192.0.2.9:443: i/o timeout",
            PULL + f'Error response from daemon: Get "https://{ECR}/v2/": net/http: TLS handshake timeout',
            PULL
            + f'Error response from daemon: Get "https://{ECR}/v2/": dial tcp 192.0.2.9:443: connect: connection'
            " refused",
            PULL
            + f'Error response from daemon: Get "https://{ECR}/v2/": read tcp 10.0.1.4:51234->192.0.2.9:443: read:'
            " connection reset by peer",
            PULL
            + f'Error response from daemon: Get "https://{ECR}/v2/": dial tcp 192.0.2.9:443: connect: no route to host',
            PULL + f'Error response from daemon: Get "https://{ECR}/v2/": context deadline exceeded',
            PULL
            + f'Error response from daemon: Get "https://{ECR}/v2/": dial tcp: lookup {ECR} on 10.0.0.2:53: read udp'
            " 10.0.1.4:51234->10.0.0.2:53: i/o timeout",
        ),
    ),
    "image-half-network": (
        words("image-network", "unknown"),
        (
            PULL + f'Error response from daemon: Get "https://{ECR}/v2/": EOF',
            PULL
            + f'Error response from daemon: Get "https://{ECR}/v2/": x509: certificate signed by unknown authority',
        ),
    ),
    "image-registry-error": (
        words("image-network", "infrastructure", "unknown"),
        (
            PULL
            + f'inspect image has been retried 5 time(s): failed to resolve ref "{ECR}/shop:v42": unexpected status code'
            " [manifests v42]: 503 Service Unavailable",
        ),
    ),
    "image-layer-403": (
        words("image-access", "image-network"),
        (
            PULL
            + "ref pull has been retried 1 time(s): failed to copy: httpReaderSeeker: failed open: unexpected status"
            f" code https://{ECR}/v2/shop/blobs/{LAYER}: 403 Forbidden",
        ),
    ),
    "disk-full": (
        words("disk-full"),
        (
            PULL + f"containerd: pull command failed: failed to extract layer {LAYER}: write"
            " /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/9/fs/app/model.bin: no space left on"
            " device: unknown",
            PULL
            + "failed to register layer: Error processing tar file(exit status 1): write /usr/lib/libc.so: no space left"
            " on device",
            START + "mkdir /var/lib/docker/overlay2/0f0f0f-init: no space left on device",
            (
                "CannotCreateContainerError: Error response from daemon: open /var/lib/docker/containers/0f0f0f/config.json: no"
                " space left on device"
            ),
        ),
    ),
    "disk-quota": (
        words("disk-full", "unknown"),
        (PULL + f"failed to extract layer {LAYER}: write /app/model.bin: disk quota exceeded",),
    ),
    "start-command": (
        words("start-command"),
        (
            _RUNC + 'exec: "node": executable file not found in $PATH: unknown',
            _RUNC + 'exec: "/app/run.sh": permission denied: unknown',
            _RUNC + "exec /docker-entrypoint.sh: no such file or directory: unknown",
            _RUNC + 'exec: "./bin/rails": stat ./bin/rails: no such file or directory: unknown',
            _RUNC + 'exec: "/app": is a directory: unknown',
            START
            + 'oci runtime error: container_linux.go:247: starting container process caused "exec: \\"bash\\":'
            ' executable file not found in $PATH"',
            START + 'standard_init_linux.go:211: exec user process caused "no such file or directory"',
            START + "No command specified",
        ),
    ),
    "start-user-or-folder": (
        words("start-command", "config", "unknown"),
        (
            _RUNC + "unable to find user web: no matching entries in passwd file: unknown",
            _RUNC + 'chdir to cwd ("/srv/app") set in config.json failed: no such file or directory: unknown',
        ),
    ),
    "start-gpu": (
        words("config", "infrastructure", "placement", "unknown"),
        (START + 'could not select device driver "nvidia" with capabilities: [[gpu]]',),
    ),
    "oom-at-start": (
        words("oom"),
        (
            _RUNC + "container init was OOM-killed (memory limit too low?): unknown",
            "OutOfMemory: Container killed due to memory usage",
            "OutOfMemoryError: container killed due to high memory usage",
        ),
    ),
    "config-start": (
        words("config"),
        (
            _OCI + 'error mounting "/efs/shop" to rootfs at "/data": not a directory: unknown',
            START + 'invalid mount config for type "bind": bind source path does not exist: /ecs/shop',
            START
            + "driver failed programming external connectivity on endpoint shop: Error starting userland proxy: listen"
            " tcp4 0.0.0.0:80: bind: address already in use",
            START + "Duplicate mount point: /data",
            (
                "CannotCreateContainerError: failed to copy file info for /var/lib/ecs/volumes/shop-data-0f0f0f: failed to chown"
                " /var/lib/ecs/volumes/shop-data-0f0f0f: operation not permitted"
            ),
        ),
    ),
    "config-efs": (
        words("config"),
        (
            _EFS
            + "b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : unsuccessful EFS utils command"
            " execution; code: 32",
            _EFS
            + "mount.nfs4: mounting fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com:/data failed, reason given by"
            " server: No such file or directory : unsuccessful EFS utils command execution; code: 32",
            _EFS
            + "Mount attempt 1/3 failed due to timeout after 15 sec, wait 0 sec before next attempt. b'mount.nfs4:"
            " mount system call failed'",
            INIT + "failed to invoke EFS utils commands to set up EFS volumes: : signal: killed",
        ),
    ),
    "config-env-files": (
        words("config"),
        (
            _ENV
            + "service call has been retried 1 time(s): operation error S3: HeadObject, https response error"
            " StatusCode: 403, api error Forbidden: Forbidden.",
            _ENV
            + "service call has been retried 1 time(s): operation error S3: HeadObject, https response error"
            " StatusCode: 404, NotFound: Not Found",
            _ENV
            + "The task can't download the environment variable files from Amazon S3. There is a connection issue"
            " between the task and Amazon S3. Check your task network configuration.",
        ),
    ),
    "config-role": (
        words("config"),
        (
            (
                "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/shop-task' that was provided for this task."
                " Please verify that the role being passed has the proper trust relationship and permissions and that your IAM"
                " user has permissions to pass this role."
            ),
            INIT
            + "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/shop-execution' that was provided for"
            " this task.",
        ),
    ),
    "eni": (
        words("network-interface"),
        (
            INIT
            + "failed to configure ENI: failed to setup regular eni: netplugin failed with no error message",
            _EC2 + "attach network interface to instance",
            _EC2
            + "Create Network Interface in subnet 'subnet-0123456789abcdef0': InsufficientFreeAddressesInSubnet",
            _EC2
            + "Create Network Interface in subnet 'subnet-0123456789abcdef0': NetworkInterfaceLimitExceeded",
            _EC2 + "Create Network Interface in subnet 'subnet-0123456789abcdef0': AuthFailure",
            "Timeout waiting for network interface provisioning to complete",
            "Network interface provisioning timed out.",
        ),
    ),
    "eni-subnet-words": (
        words("network-interface", "unknown"),
        (
            "The specified subnet subnet-0123456789abcdef0 does not have enough free addresses to satisfy the request.",
        ),
    ),
    "eni-settings": (
        words("network-interface", "config"),
        (
            _EC2 + "tag the network interface: TagPolicyViolation",
            _EC2
            + "Create Network Interface in subnet 'subnet-0123456789abcdef0': InvalidGroup.NotFound: The security group"
            " 'sg-0123456789abcdef0' does not exist",
        ),
    ),
    "placement": (
        words("placement"),
        (
            "RESOURCE:MEMORY",
            "RESOURCE:SOMETHING_NEW",
            "Capacity is unavailable at this time. Please try again later or in a different availability zone",
            _PLACE
            + "Capacity is unavailable at this time. Please try again later or in a different availability zone.",
            "No Container Instances were found in your cluster.",
            "MemberOf placement constraint unsatisfied.",
            _PLACE + "No Container Instances were found in your capacity provider.",
        ),
    ),
    "placement-attribute": (
        words("placement", "unknown"),
        ("ATTRIBUTE", "ATTRIBUTE:ecs.capability.task-eni", "resource:cpu"),
    ),
    "placement-quota": (
        words("placement", "throttled"),
        (
            _PLACE + "You've reached the limit on the number of vCPUs you can run concurrently",
            "You’ve reached the limit on the number of tasks you can run concurrently",  # noqa: RUF001 - AWS typesets it so
        ),
    ),
    "daemon": (
        words("infrastructure"),
        (
            START
            + "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
            "DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s",
        ),
    ),
    "daemon-heading": (
        words("infrastructure", "unknown"),
        ("Dockertimeouterror unable transition start timeout after wait 3m0s",),
    ),
    "daemon-while-pulling": (
        words("infrastructure", "unknown"),
        (
            PULL
            + "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
        ),
    ),
    "throttled": (
        words("throttled", "unknown"),
        ("ThrottlingException: Rate exceeded", "RequestLimitExceeded: Request limit exceeded."),
    ),
    "misleading-name-403": (
        words("image-access"),
        (
            PULL
            + f'inspect image has been retried 1 time(s): failed to resolve ref "{ECR}/not-found:toomanyrequests":'
            " unexpected status code [manifests toomanyrequests]: 403 Forbidden",
        ),
    ),
    "misleading-name-missing": (
        words("image-missing"),
        (PULL + f"failed to resolve ref {ECR}/no-space-left/access-denied:i-o-timeout: not found",),
    ),
    "misleading-secret": (
        words("secret-missing"),
        (_SSM + "invalid ssm parameters: /shop/log-group/AccessDeniedException",),
    ),
    "misleading-secret-ecr": (
        words("secret-access"),
        (
            (
                f"{_ASM}AccessDeniedException: User: {ROLE} is not authorized to perform: secretsmanager:GetSecretValue on"
                " resource: arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-registry-auth-timeout-AbCdEf"
            ),
        ),
    ),
    "misleading-command": (
        words("start-command"),
        (_RUNC + 'exec: "OutOfMemoryError": executable file not found in $PATH: unknown',),
    ),
}


def _texts() -> Iterator[Text]:
    for group, (accepted, texts) in _GROUPS.items():
        for number, text in enumerate(texts, start=1):
            yield Text(f"{group}-{number}", text, text, accepted, f"another wording of {group}")


def _rows() -> Iterator[Row]:
    for text in _texts():
        yield at_task(text, f"wording-{text.id}-at-task")
        yield at_container(text, f"wording-{text.id}-at-container")


ROWS = tuple(_rows())
