"""The ledger's table in DynamoDB."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from random import random
from time import sleep
from typing import Any

from dockwarden.errors import LedgerUnavailableError
from dockwarden.ledger.store import Absent, Change, Condition, Item, Key, Put, Value

_BATCH = 100  # BatchGetItem takes no more keys
_CONFLICT_TRIES = 6
_CONFLICT_WAIT = 0.05


class DynamoStore:
    """A Store on a DynamoDB table, through a boto3 client."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        self._client = client
        self._table = table

    def get(self, key: Key) -> Item | None:
        """The item of a key, read consistently."""
        answer = self._asked("reading an item", "get_item", Key=_key(key), ConsistentRead=True)
        return _item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Iterable[Key]) -> Mapping[Key, Item]:
        """The items of many keys, read consistently, a hundred a call."""
        wanted = list(dict.fromkeys(keys))
        found: dict[Key, Item] = {}
        for start in range(0, len(wanted), _BATCH):
            for item in self._batch([_key(key) for key in wanted[start : start + _BATCH]]):
                found[str(item["pk"]), str(item["sk"])] = item
        return found

    def _batch(self, keys: list[dict[str, Any]]) -> Iterator[Item]:
        """The items of up to a hundred keys; what DynamoDB left over is asked for again."""
        for attempt in range(_CONFLICT_TRIES):
            request = {self._table: {"Keys": keys, "ConsistentRead": True}}
            answer = self._call("reading items", "batch_get_item", RequestItems=request)
            yield from (_item(raw) for raw in answer["Responses"].get(self._table, []))
            keys = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            if not keys:
                return
            _wait(attempt)
        raise LedgerUnavailableError("reading items", "throttled")

    def query(self, pk: str) -> list[Item]:
        """All items of a partition in the order of their sort keys, read consistently, all pages."""
        asked: dict[str, Any] = {
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
            "ConsistentRead": True,
        }
        items: list[Item] = []
        while True:
            answer = self._asked("reading a partition", "query", **asked)
            items += [_item(raw) for raw in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                return items
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def write(self, changes: Sequence[Change]) -> bool:
        """Make all changes or none; False where a condition did not hold. Conflicts are tried again with jitter."""
        for attempt in range(_CONFLICT_TRIES):
            answer = self._written(changes)
            if answer is not None:
                return answer
            _wait(attempt)
        raise LedgerUnavailableError("writing", "other transactions keep changing the same items")

    def _written(self, changes: Sequence[Change]) -> bool | None:
        """Whether the changes were made; None where another transaction was in the way."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        try:
            if len(changes) == 1:
                self._write_one(changes[0])
            else:
                items = [self._transaction(change) for change in changes]
                self._client().transact_write_items(TransactItems=items)
        except ClientError as error:
            return _refused(error)
        except BotoCoreError as error:
            raise LedgerUnavailableError("writing", type(error).__name__) from error
        return True

    def _write_one(self, change: Change) -> None:
        request = {"TableName": self._table, **_condition(change.condition)}
        if isinstance(change, Put):
            self._client().put_item(Item=_attributes(change.item), **request)
        else:
            self._client().delete_item(Key=_key(change.key), **request)

    def _transaction(self, change: Change) -> dict[str, Any]:
        request = {"TableName": self._table, **_condition(change.condition)}
        if isinstance(change, Put):
            return {"Put": {"Item": _attributes(change.item), **request}}
        return {"Delete": {"Key": _key(change.key), **request}}

    def _asked(self, doing: str, operation: str, **request: Any) -> dict[str, Any]:
        return self._call(doing, operation, TableName=self._table, **request)

    def _call(self, doing: str, operation: str, **request: Any) -> dict[str, Any]:
        # Imported late: whoever needs no ledger must not pay for botocore.
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        try:
            answer: dict[str, Any] = getattr(self._client(), operation)(**request)
        except ClientError as error:
            raise LedgerUnavailableError(doing, error.response["Error"]["Code"]) from error
        except BotoCoreError as error:
            raise LedgerUnavailableError(doing, type(error).__name__) from error
        return answer


def _refused(error: Any) -> bool | None:
    """False for a condition that did not hold, None for a conflict; anything else is an outage."""
    code = error.response["Error"]["Code"]
    reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
    if code == "ConditionalCheckFailedException" or "ConditionalCheckFailed" in reasons:
        return False
    if (
        code in ("TransactionConflictException", "TransactionInProgressException")
        or "TransactionConflict" in reasons
    ):
        return None
    raise LedgerUnavailableError("writing", code) from error


def _wait(attempt: int) -> None:
    """Wait a random moment that grows with each try, so that competitors part."""
    sleep(random() * _CONFLICT_WAIT * 2**attempt)  # noqa: S311


def _condition(condition: Condition | None) -> dict[str, Any]:
    """The request parameters of a condition."""
    if condition is None:
        return {}
    if isinstance(condition, Absent):
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "#f = :v",
        "ExpressionAttributeNames": {"#f": condition.field},
        "ExpressionAttributeValues": {":v": _attribute(condition.value)},
    }


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _attributes(item: Item) -> dict[str, Any]:
    return {name: _attribute(value) for name, value in item.items()}


def _attribute(value: Value) -> dict[str, Any]:
    if value is None:
        return {"NULL": True}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def _item(raw: Mapping[str, Mapping[str, Any]]) -> Item:
    return {name: _value(attribute) for name, attribute in raw.items()}


def _value(attribute: Mapping[str, Any]) -> Value:
    """The value of an attribute of the three kinds that the ledger writes."""
    if "S" in attribute:
        return str(attribute["S"])
    return int(attribute["N"]) if "N" in attribute else None
