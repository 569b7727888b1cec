"""The declared operations against the code that calls them, and the trimmed models against the full ones."""

import ast
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name

from dockwarden_cdk.asset_services import SERVICES
from dockwarden_cdk.asset_trim import trimmed_model, without_documentation
from tests.cdk.models import Aws, Reply, Sent, call, example, refusal

FUNCTIONS = Path(__file__).resolve().parents[2] / "functions" / "dockwarden"
OPERATIONS = sorted((service, name) for service, names in SERVICES.items() for name in names)
REGIONS = ("eu-central-1", "us-east-1", "ap-southeast-5", "cn-north-1", "us-gov-west-1")
FLAVOURS = [
    {"use_fips_endpoint": f, "use_dualstack_endpoint": d} for f, d in product((False, True), repeat=2)
]


@pytest.fixture(scope="module")
def full() -> Aws:
    return Aws()


@pytest.fixture(scope="module")
def trimmed(asset_data: Path) -> Aws:
    return Aws(asset_data)


def lambda_sources() -> Iterator[ast.AST]:
    """Every node of the code that runs in Lambda."""
    for path in sorted(FUNCTIONS.rglob("*.py")):
        if path.relative_to(FUNCTIONS).parts[0] != "cli":
            yield from ast.walk(ast.parse(path.read_bytes()))


def names_in_code() -> set[str]:
    """Whatever may be a client's method: attributes that are read, and texts, for getattr and paginators."""
    nodes = list(lambda_sources())
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return attributes | {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def clients_in_code() -> set[str]:
    """The services that a client is asked for by name."""
    return {
        node.args[0].value
        for node in lambda_sources()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute | ast.Name)
        and (node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id).endswith("client")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_every_service_that_the_code_makes_a_client_of_is_declared_and_no_other() -> None:
    """A client of a service whose model is not in the asset would fail in Lambda only."""
    assert clients_in_code() == set(SERVICES)


def test_every_operation_that_the_code_calls_is_declared_and_no_other(full: Aws) -> None:
    """A method that the trimmed model does not have would fail in Lambda only; an unused one costs every start."""
    code = names_in_code()
    by_method: dict[str, set[tuple[str, str]]] = {}
    for service in SERVICES:
        for operation in full.client(service).meta.service_model.operation_names:
            by_method.setdefault(xform_name(operation), set()).add((service, operation))
    undeclared = {m for m, found in by_method.items() if m in code and not found & set(OPERATIONS)}
    assert undeclared == set()
    assert {(s, o) for s, o in OPERATIONS if xform_name(o) not in code} == set()


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
def test_a_request_is_the_same_bytes_with_the_trimmed_model(
    service: str, operation: str, full: Aws, trimmed: Aws
) -> None:
    """Trimming changes nothing of what AWS sees: method, URL, headers, body."""
    client = full.client(service)
    params = example(client.meta.service_model.operation_model(operation).input_shape)
    params.pop("EndpointId", None)  # of a global endpoint, which is signed by a library of its own
    assert trimmed.sent(trimmed.client(service), operation, params) == full.sent(client, operation, params)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", SERVICES)
def test_endpoints_are_the_same_in_every_partition(
    service: str, region: str, full: Aws, trimmed: Aws
) -> None:
    """A region of any partition is reached, with FIPS and dual stack or without, or refused in the same words."""
    operation = min(SERVICES[service])
    params = example(full.client(service).meta.service_model.operation_model(operation).input_shape)

    def urls(aws: Aws) -> list[object]:
        clients = [aws.client(service, region, **flavour) for flavour in FLAVOURS]
        return [_reached(client, operation, params) for client in clients]

    assert urls(trimmed) == urls(full)


def _reached(client: Any, operation: str, params: Mapping[str, Any]) -> object:
    """Where a call goes and what it is signed for, or why it goes nowhere."""
    seen: list[Sent] = []
    outcome = call(client, operation, params, refusal(client), seen)
    signing = client.meta.config.region_name, client._request_signer.signing_name
    return (seen[0].url if seen else outcome), client.meta.partition, signing


def error_replies(protocol: str, codes: list[str]) -> Iterator[Reply]:
    for code in codes:
        if protocol == "query":
            text = f"<ErrorResponse><Error><Code>{code}</Code><Message>why</Message></Error></ErrorResponse>"
            yield Reply(400, text.encode())
        else:
            body = f'{{"__type":"com.amazonaws#{code}","message":"why","Message":"why"}}'
            yield Reply(400, body.encode(), (("x-amzn-query-error", f"Legacy.{code};Sender"),))


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
def test_errors_are_read_the_same_with_the_trimmed_model(
    service: str, operation: str, full: Aws, trimmed: Aws
) -> None:
    """Whatever error of the service comes back, the code sees the same class, code and details."""
    clients = full.client(service), trimmed.client(service)
    model = clients[0].meta.service_model
    params = example(model.operation_model(operation).input_shape)
    codes = [shape.metadata.get("error", {}).get("code", shape.name) for shape in model.error_shapes]
    for reply in error_replies(model.metadata["protocol"], [*codes, "SomethingElse"]):
        expected, found = (call(client, operation, params, reply) for client in clients)
        assert found == expected
    assert sorted(dir(clients[1].exceptions)) == sorted(dir(clients[0].exceptions))


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
def test_answers_have_the_same_shape_in_the_trimmed_model(
    service: str, operation: str, full: Aws, trimmed: Aws
) -> None:
    """Every member of an answer is parsed as the same type as with the full model."""
    shapes = [
        a.client(service).meta.service_model.operation_model(operation).output_shape for a in (full, trimmed)
    ]
    assert example(shapes[1]) == example(shapes[0])
    assert shapes[0] is None or example(shapes[0]) != {}


def test_paginators_of_declared_operations_stay(trimmed: Aws) -> None:
    """The fleet's lists are read to their last page."""
    ecs = trimmed.client("ecs")
    assert ecs.can_paginate("list_container_instances")
    assert not ecs.can_paginate("describe_clusters")


def test_only_documentation_is_removed_and_no_member_of_that_name() -> None:
    """A member called `documentation` is data."""
    model = {"members": {"documentation": {"shape": "Text", "documentation": "about it"}}, "list": [{"a": 1}]}
    assert without_documentation(model) == {
        "members": {"documentation": {"shape": "Text"}},
        "list": [{"a": 1}],
    }


def test_an_operation_that_botocore_does_not_know_stops_the_build() -> None:
    """A typo in the table is found at build time."""
    with pytest.raises(KeyError, match="DrainEverything"):
        trimmed_model({"operations": {}, "shapes": {}, "metadata": {}}, ["DrainEverything"])
