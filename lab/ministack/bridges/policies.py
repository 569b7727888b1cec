"""Resource policies for a delivery by EventBridge: AWS asks them always, ministack only with IAM on."""

from typing import Any

from lab.ministack.private import PrivateName, service

EVENTS = "events.amazonaws.com"

CONTEXT = PrivateName("ministack.core.iam_evaluator", "EvalContext")
EVALUATE = PrivateName("ministack.core.iam_evaluator", "evaluate_resource_policy")
REGION = PrivateName("ministack.core.responses", "get_region", "() -> str")
KMS_KEY = service("kms", "_resolve_key", "(key_id_or_arn)")

NAMES = (CONTEXT, EVALUATE, REGION, KMS_KEY)


def allows(policy: Any, action: str, resource: str, rule_arn: str) -> bool:
    """Whether a resource policy lets EventBridge do `action` for this rule."""
    if not policy:
        return False
    context = CONTEXT.get()(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource,
        region=REGION.get()(),
        secure_transport=True,  # EventBridge speaks TLS, whatever the lab does
        service_context={
            "aws:sourcearn": rule_arn,
            "aws:sourceaccount": rule_arn.split(":")[4] if rule_arn.count(":") >= 5 else "",
        },
    )
    return bool(EVALUATE.get()(policy, context, service=EVENTS).decision == "Allow")


def key_allows(key_id: str, rule_arn: str) -> bool:
    """Whether a queue's customer-managed key lets EventBridge encrypt; AWS's own key never does."""
    key = KMS_KEY.get()(key_id)
    if key is None:
        return False
    asked = ("kms:GenerateDataKey", "kms:Decrypt")
    return all(allows(key.get("Policy"), action, str(key.get("Arn", "*")), rule_arn) for action in asked)
