"""What the ledger may rely on, held for both stores alike."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from dockwarden.errors import LedgerUnavailableError
from dockwarden.ledger import dynamodb
from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.ledger.store import Absent, Delete, Equals, Item, Put, Store


def item(sk: str = "s", **fields: Any) -> Item:
    return {"pk": "p", "sk": sk, **fields}


def test_what_is_put_is_read_back_with_its_types(store: Store) -> None:
    written = item(text="ü <!channel>", number=7, nothing=None)
    assert store.write([Put(written)])
    assert store.get(("p", "s")) == written


def test_a_missing_item_is_none(store: Store) -> None:
    assert store.get(("p", "nowhere")) is None


def test_many_items_come_in_batches_and_missing_ones_are_left_out(store: Store) -> None:
    for n in range(120):
        store.write([Put({"pk": f"p{n}", "sk": "s"})])
    found = store.get_many([(f"p{n}", "s") for n in range(0, 240, 2)])
    assert sorted(found) == sorted((f"p{n}", "s") for n in range(0, 120, 2))


def test_a_partition_comes_in_the_order_of_its_sort_keys(store: Store) -> None:
    for sk in ("b", "a", "c"):
        store.write([Put(item(sk))])
    store.write([Put({"pk": "other", "sk": "a"})])
    assert [found["sk"] for found in store.query("p")] == ["a", "b", "c"]


def test_absent_lets_only_the_first_writer_through(store: Store) -> None:
    assert store.write([Put(item(who="first"), Absent())])
    assert not store.write([Put(item(who="second"), Absent())])
    assert store.get(("p", "s")) == item(who="first")


@pytest.mark.parametrize(("value", "passes"), [(3, True), (2, False), ("3", False)])
def test_equals_compares_with_what_stands_there(store: Store, value: int | str, *, passes: bool) -> None:
    store.write([Put(item(fence=3))])
    assert store.write([Put(item(fence=4), Equals("fence", value))]) is passes


def test_equals_does_not_hold_where_nothing_stands(store: Store) -> None:
    assert not store.write([Put(item(), Equals("fence", 1))])


def test_several_changes_happen_together_or_not_at_all(store: Store) -> None:
    store.write([Put(item("taken"))])
    assert not store.write([Put(item("new")), Put(item("taken"), Absent())])
    assert store.get(("p", "new")) is None
    assert store.write([Put(item("new")), Delete(("p", "taken"))])
    assert [found["sk"] for found in store.query("p")] == ["new"]


def test_deleting_what_is_gone_is_success(store: Store) -> None:
    assert store.write([Delete(("p", "nowhere"))])


def test_a_partition_of_several_pages_is_read_whole(dynamo_store: DynamoStore) -> None:
    """DynamoDB answers at most 1 MB a page (invariant 38: all pages)."""
    for n in range(8):
        dynamo_store.write([Put(item(f"{n}", blob="x" * 300_000))])
    assert len(dynamo_store.query("p")) == 8


class Broken:
    """A DynamoDB client that answers every call with the same error."""

    def __init__(self, error: Exception) -> None:
        self.error, self.calls = error, 0

    def __getattr__(self, _operation: str) -> Any:
        def fail(**_: Any) -> None:
            self.calls += 1
            raise self.error

        return fail


def refused(code: str, reasons: list[str] | None = None) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": ""}}
    if reasons:
        response["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(response, "TransactWriteItems")


@pytest.mark.parametrize(
    "error",
    [
        refused("ProvisionedThroughputExceededException"),
        refused("ResourceNotFoundException"),
        refused("AccessDeniedException"),
        EndpointConnectionError(endpoint_url="http://127.0.0.1"),
    ],
    ids=["throttled", "no table", "denied", "away"],
)
def test_invariant_9_a_ledger_that_does_not_answer_is_an_error_and_never_a_yes(error: Exception) -> None:
    store = DynamoStore(lambda: Broken(error), "ledger")
    for ask in (
        lambda: store.get(("p", "s")),
        lambda: store.get_many([("p", "s")]),
        lambda: store.query("p"),
        lambda: store.write([Put(item())]),
        lambda: store.write([Put(item()), Delete(("p", "x"))]),
    ):
        with pytest.raises(LedgerUnavailableError):
            ask()


def test_a_conflict_is_tried_again_and_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(dynamodb, "sleep", waits.append)
    client = Broken(refused("TransactionCanceledException", ["None", "TransactionConflict"]))
    with pytest.raises(LedgerUnavailableError):
        DynamoStore(lambda: client, "ledger").write([Put(item()), Put(item("t"))])
    assert client.calls == len(waits) > 2


def test_a_condition_that_failed_beside_a_conflict_is_a_refusal() -> None:
    client = Broken(
        refused("TransactionCanceledException", ["ConditionalCheckFailed", "TransactionConflict"])
    )
    assert DynamoStore(lambda: client, "ledger").write([Put(item()), Put(item("t"))]) is False
