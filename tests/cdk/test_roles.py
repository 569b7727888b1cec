"""What the roles of the template may do."""

import re
from collections.abc import Callable

import pytest

from dockwarden.facts.capacity import Capacity
from dockwarden.facts.fleet import Fleet
from dockwarden.facts.scopes import Scopes
from dockwarden.playbook import registry
from dockwarden_cdk import PlaybookSettings, Settings
from dockwarden_cdk.review import why
from dockwarden_cdk.samples import enforcing
from tests.cdk.stacks import EVERY, Synthesized, acting, listed, observing, shipped, synthesize, text

READS = re.compile(
    r"^(cloudformation|codedeploy|ecr|ecs|secretsmanager|dynamodb|cloudtrail|cloudwatch|elasticloadbalancing|logs):"
    r"(Get|List|Describe|BatchGet|Query|Lookup)"
)
OF_THE_FLEET = (
    *("cloudformation:", "codedeploy:", "ecr:", "ecs:", "cloudtrail:", "cloudwatch:"),
    *("elasticloadbalancing:", "logs:Get"),
)
"""What is read of the account, and not of Dockwarden's own."""

UNNAMEABLE = {
    "ecs:ListServices",  # narrowed by ecs:cluster
    "ecs:ListTasks",  # of a service: narrowed by ecs:cluster
    "ecs:DescribeTaskDefinition",
    "cloudtrail:LookupEvents",
    "cloudwatch:DescribeAlarms",  # on `*`, or composite alarms are left out
    "cloudwatch:GetMetricData",
    "elasticloadbalancing:DescribeTargetHealth",
    "codedeploy:StopDeployment",  # the one change: narrowed to the region
}
"""Those for which the Service Authorization Reference knows no resource type: on `*` or not at all."""

LOG_STREAMS = "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:*:log-stream:*/*/*"
"""What the awslogs driver writes; the group is in the task definition, and known when its task has stopped."""
OF_NO_CLUSTER = {
    "arn:<AWS::Partition>:ecr:<AWS::Region>:<AWS::AccountId>:repository/*": {"ecr:DescribeImages"},
    "arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/*": {
        "cloudformation:DescribeStacks"
    },
    "arn:<AWS::Partition>:codedeploy:<AWS::Region>:<AWS::AccountId>:deploymentgroup:*/*": {
        "codedeploy:GetDeployment"
    },
}
"""What services of the listed clusters are made of, whose names nobody knows before; and what may be read of it."""
OWN_VOICE = "events:PutEvents"
OWN_WRITES = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "dynamodb:PutItem",
    "dynamodb:DeleteItem",
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:GetQueueAttributes",
}
"""Changes of what is Dockwarden's own: its logs, its ledger, its queues."""


def actions_of(found: Synthesized) -> set[str]:
    return {a for _, s in found.all_statements() if s["Effect"] == "Allow" for a in listed(s["Action"])}


@pytest.mark.parametrize("made", [shipped, observing])
def test_an_observe_only_install_has_no_mutating_action_in_any_role(made: Callable[[], Synthesized]) -> None:
    """Under a ceiling of observe nothing but our own logs, ledger and queues can ever be written."""
    allowed = actions_of(made())
    assert {action for action in allowed if not READS.match(action)} <= OWN_WRITES | {OWN_VOICE}
    assert "sts:AssumeRole" not in allowed
    assert allowed


@pytest.mark.parametrize("made", [shipped, observing])
def test_our_own_writes_reach_our_own_resources_only(made: Callable[[], Synthesized]) -> None:
    """A write of logs, ledger or queue names a resource of this stack and nothing else."""
    own = set(made().template["Resources"])
    for _, statement in made().all_statements():
        if OWN_WRITES & set(listed(statement["Action"])):
            for resource in listed(statement["Resource"]):
                assert resource["Fn::GetAtt"][0] in own


def test_on_the_bus_only_the_notifier_speaks_and_only_under_our_own_name() -> None:
    """Nobody can be made to believe that AWS said it."""
    found = [s for _, s in shipped().all_statements() if OWN_VOICE in listed(s["Action"])]
    [statement] = found
    assert statement["Condition"] == {"StringEquals": {"events:source": "dockwarden"}}
    assert "event-bus/default" in str(statement["Resource"])


def test_without_a_listed_cluster_no_role_may_even_read_the_fleet() -> None:
    """An empty list is never all clusters (invariant 65)."""
    assert not [action for action in actions_of(shipped()) if action.startswith(OF_THE_FLEET)]
    assert [action for action in actions_of(observing()) if action.startswith(OF_THE_FLEET)]


@pytest.mark.parametrize("name", ["rebalance_drain", "rollback", "spot_drain"])
@pytest.mark.parametrize(
    ("ceiling", "expected"), [("off", 0), ("observe", 0), ("approve", 1), ("enforce", 1)]
)
def test_an_act_role_exists_only_above_observe(name: str, ceiling: str, expected: int) -> None:
    """Observe and off synthesize no act role; approve and enforce one for each playbook with actions."""
    found = synthesize(Settings(clusters=("alpha",), playbooks={name: PlaybookSettings(ceiling=ceiling)}))
    act_roles = [role for lane in found.stack.lanes for role in lane.act_roles.values()]
    assert len(act_roles) == expected
    without = observing().of_type("AWS::IAM::Role")
    assert len(found.of_type("AWS::IAM::Role")) == len(without) + expected


def test_every_playbook_that_acts_is_named_by_the_test_of_act_roles() -> None:
    """A new one gets its row above."""
    assert [name for name, one in registry().items() if one.may] == [
        "rebalance_drain",
        "rollback",
        "spot_drain",
    ]


def test_a_ceiling_without_a_cluster_gives_no_act_role() -> None:
    """There is nothing that it could be about."""
    found = synthesize(Settings(playbooks={"spot_drain": PlaybookSettings(ceiling="enforce")}))
    assert not any(lane.act_roles for lane in found.stack.lanes)


def test_the_act_role_drains_in_exactly_the_listed_clusters() -> None:
    """The condition ecs:cluster and the resources name each listed cluster, and no other."""
    (role,) = acting().stack.lanes[0].act_roles.values()
    (statement,) = acting().statements(role)
    assert statement["Action"] == "ecs:UpdateContainerInstancesState"
    prefix = "arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:"
    assert [text(arn) for arn in statement["Condition"]["ArnEquals"]["ecs:cluster"]] == [
        f"{prefix}cluster/alpha",
        f"{prefix}cluster/beta",
    ]
    assert [text(arn) for arn in statement["Resource"]] == [
        f"{prefix}container-instance/alpha/*",
        f"{prefix}container-instance/beta/*",
    ]


def test_the_act_role_of_rollback_changes_services_of_exactly_the_listed_clusters() -> None:
    """Two calls on services, each under the condition ecs:cluster; no task definition is made, no role passed on.

    For a call of CodeDeploy IAM knows neither a resource nor a cluster.
    """
    role = next(lane.act_roles["rollback"] for lane in acting().stack.lanes if "rollback" in lane.act_roles)
    prefix = "arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:"
    allowed = {action: s for s in acting().statements(role) for action in listed(s["Action"])}
    in_code_deploy = allowed.pop("codedeploy:StopDeployment")
    assert (in_code_deploy["Resource"], in_code_deploy["Condition"]) == (
        "*",
        {"StringEquals": {"aws:RequestedRegion": [{"Ref": "AWS::Region"}]}},
    )
    assert allowed.keys() == {"ecs:UpdateService", "ecs:StopServiceDeployment"}
    for statement in allowed.values():
        clusters = [text(arn) for arn in statement["Condition"]["ArnEquals"]["ecs:cluster"]]
        assert clusters == [f"{prefix}cluster/alpha", f"{prefix}cluster/beta"]
        for arn in (text(arn) for arn in statement["Resource"]):
            assert arn.removeprefix(prefix) in {
                f"{kind}/{cluster}/*"
                for kind in ("service", "service-deployment")
                for cluster in ("alpha", "beta")
            }


def test_the_act_role_trusts_one_function_in_sessions_that_name_an_intent() -> None:
    """Nobody else can assume it, and each session leads from CloudTrail to a receipt."""
    lane = acting().stack.lanes[0]
    (role,) = lane.act_roles.values()
    (trust,) = acting().properties(role)["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": {"Fn::GetAtt": [acting().id_of(lane.function.role), "Arn"]}}
    assert trust["Condition"] == {"StringLike": {"sts:RoleSessionName": ["spot_drain-*", "batch-*"]}}


def test_only_the_lane_of_a_playbook_may_assume_its_act_role() -> None:
    """And it may assume exactly the roles of its own playbooks."""
    lanes = [lane for lane in acting().stack.lanes if lane.act_roles]
    assuming = [(r, s) for r, s in acting().all_statements() if "sts:AssumeRole" in listed(s["Action"])]
    assert len(lanes) == len(assuming) == 2
    for lane, (role, statement) in zip(lanes, assuming, strict=True):
        assert role == acting().id_of(lane.function.role)
        assert listed(statement["Resource"]) == [
            {"Fn::GetAtt": [acting().id_of(act_role), "Arn"]} for act_role in lane.act_roles.values()
        ]


@pytest.mark.parametrize("made", EVERY)
def test_invariant_72_no_statement_is_wider_than_its_reason(made: Callable[[], Synthesized]) -> None:
    """No action has a wildcard, and a wildcard in a resource has a condition, or is a read that IAM cannot narrow."""
    statements = [statement for _, statement in made().all_statements()]
    assert statements
    for statement in statements:
        assert not [action for action in listed(statement["Action"]) if "*" in action]
        actions = set(listed(statement["Action"]))
        for resource in (text(resource) for resource in listed(statement["Resource"])):
            if resource == "*":
                assert actions <= UNNAMEABLE
            elif resource == LOG_STREAMS:
                assert actions == {"logs:GetLogEvents"}
            elif resource in OF_NO_CLUSTER:
                assert actions == OF_NO_CLUSTER[resource]
            elif "*" in resource:
                assert "ecs:cluster" in statement["Condition"]["ArnEquals"], resource


@pytest.mark.parametrize("made", EVERY)
def test_invariant_72_iam_is_never_granted(made: Callable[[], Synthesized]) -> None:
    """No role can widen itself or another, or pass one on."""
    assert not {a.partition(":")[0] for a in actions_of(made())} & {"iam", "organizations", "kms:CreateGrant"}


@pytest.mark.parametrize("made", EVERY)
def test_each_statement_says_why_it_is_there(made: Callable[[], Synthesized]) -> None:
    """A reviewer finds a sentence for each statement."""
    for _, statement in made().all_statements():
        assert why(statement["Sid"])


@pytest.mark.parametrize("made", EVERY)
def test_no_role_has_a_policy_of_aws_with_more_than_it_needs(made: Callable[[], Synthesized]) -> None:
    """AWSLambdaBasicExecutionRole would allow all log groups."""
    for role in made().of_type("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in role["Properties"]
        assert "Policies" not in role["Properties"]


def test_invariant_62_no_function_can_lift_a_stop_or_set_a_mode() -> None:
    """Whatever runs in a lane, IAM denies it to write what people set and the record of it."""
    for lane in acting().stack.lanes:
        (denied,) = [s for s in acting().statements(lane.function.role) if s["Effect"] == "Deny"]
        assert denied["Condition"] == {
            "ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": ["CONTROL", "CHANGE"]}
        }
        assert {"dynamodb:PutItem", "dynamodb:DeleteItem"} <= set(denied["Action"])


def test_the_fill_of_the_index_writes_the_index_and_nothing_else() -> None:
    """It neither tells people nor deletes, and no intent, stop or message is its own."""
    statements = acting().statements(acting().stack.fill.worker.role)
    (write,) = [
        s for s in statements if not READS.match(listed(s["Action"])[0]) and s["Sid"] != "WriteOwnLogs"
    ]
    assert (write["Action"], write["Sid"]) == ("dynamodb:PutItem", "WriteIndex")
    assert write["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["INSTANCE#*"]}}


def test_only_the_notifier_changes_how_long_a_message_waits() -> None:
    """Lambda needs it nowhere: what a lane could not do comes back after the visibility timeout."""
    waiting = {
        r for r, s in acting().all_statements() if "sqs:ChangeMessageVisibility" in listed(s["Action"])
    }
    assert waiting == {acting().id_of(acting().stack.outbox.role)}


@pytest.mark.parametrize("count", [1, 25])
def test_no_managed_policy_appears_however_many_clusters_are_listed(count: int) -> None:
    """The smallest deploy policy cannot make one, and a role has one inline policy."""
    found = synthesize(enforcing(*(f"cluster-{n}" for n in range(count))))
    assert not found.of_type("AWS::IAM::ManagedPolicy")
    assert len(found.of_type("AWS::IAM::Policy")) == len(found.of_type("AWS::IAM::Role"))


def test_reads_of_one_thing_are_one_statement_that_says_why_for_each() -> None:
    """Each statement repeats every listed cluster, and IAM counts the characters."""
    found = why("EcsListContainerInstancesDescribeClusters")
    assert found == "; ".join(permission.why for permission in (Fleet.PERMISSIONS[0], *Scopes.PERMISSIONS))


def test_the_notifier_reads_one_secret_and_no_fleet() -> None:
    """Who talks to the outside has nothing but its token, its queue and its messages."""
    statements = acting().statements(acting().stack.outbox.role)
    secrets = [s for s in statements if s["Action"] == "secretsmanager:GetSecretValue"]
    assert [text(s["Resource"]) for s in secrets] == [
        "arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:dockwarden/slack-??????"
    ]
    assert not [a for s in statements for a in listed(s["Action"]) if a.startswith(("ecs:", "sts:"))]


def test_a_secret_given_as_an_arn_is_granted_as_it_is() -> None:
    arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:team/slack-AbCdEf"
    found = synthesize(Settings(slack_secret=arn))
    statements = found.statements(found.stack.outbox.role)
    assert arn in [s["Resource"] for s in statements if s["Action"] == "secretsmanager:GetSecretValue"]


def test_each_lane_reads_what_its_playbooks_declare_and_no_more() -> None:
    """What IAM allows of the fleet is the union of the facts of the lane's playbooks and of the guard."""
    for lane in observing().stack.lanes:
        reads = {
            action
            for playbook in registry().values()
            if playbook.lane.name == lane.declaration.name
            for permission in playbook.read_permissions()
            for action in permission.actions
        }
        acts = any(playbook.may for playbook in lane.playbooks)
        reads |= {"ecs:DescribeClusters"} if acts else set()
        voluntary = any(playbook.may and not playbook.involuntary for playbook in lane.playbooks)
        reads |= {a for p in Capacity.PERMISSIONS for a in p.actions} if voluntary else set()
        on_services = any(action.ON_SERVICE for playbook in lane.playbooks for action in playbook.may)
        reads |= {"cloudformation:DescribeStacks"} if on_services else set()
        statements = observing().statements(lane.function.role)
        allowed = {a for s in statements for a in listed(s["Action"]) if a.startswith(OF_THE_FLEET)}
        assert allowed == reads


def test_the_fill_at_deploy_reads_for_the_index_and_for_nothing_else() -> None:
    """It runs once, with nobody watching, and explains nothing."""
    index = {a for p in registry()["instance_index"].read_permissions() for a in p.actions}
    statements = observing().statements(observing().stack.fill.worker.role)
    allowed = {a for s in statements for a in listed(s["Action"]) if a.startswith(OF_THE_FLEET)}
    assert allowed == index
