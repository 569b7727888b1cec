"""A small AWS on loopback that answers at once, always the same, and counts the calls made to it."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from hashlib import md5
from typing import Any
from urllib.parse import parse_qs

Document = Mapping[str, Any]

_ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/act/bench</Arn><AssumedRoleId>AROA:bench</AssumedRoleId>
</AssumedRoleUser><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
<SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>
<ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata></AssumeRoleResponse>"""


class FakeAws:
    """Answers by the operation alone. `index` is the ledger's item of the one instance that it knows."""

    def __init__(self, index: Document) -> None:
        self._index = index
        self.calls: Counter[str] = Counter()
        self._answers: dict[str, Callable[[Document], Document]] = {
            "BatchGetItem": self._found,
            "DescribeClusters": lambda asked: {
                "clusters": [{"clusterArn": arn} for arn in asked["clusters"]]
            },
            "DescribeTasks": lambda asked: {"tasks": [_task(asked, arn) for arn in asked["tasks"]]},
            "ListContainerInstances": lambda _: {"containerInstanceArns": []},
            "Query": lambda _: {"Items": [], "Count": 0, "ScannedCount": 0},
            "SendMessageBatch": lambda asked: {"Successful": [_taken(entry) for entry in asked["Entries"]]},
            "StopTask": lambda asked: {"task": _task(asked, asked["task"])},
            "UpdateContainerInstancesState": lambda asked: {
                "containerInstances": [_draining(arn) for arn in asked["containerInstances"]]
            },
        }

    def answer(self, target: str, body: bytes) -> bytes:
        """The body of an answer; an operation that it does not know is answered with an empty document."""
        if not target:
            self.calls[parse_qs(body.decode())["Action"][0]] += 1
            return _ASSUMED.encode()
        operation = target.rpartition(".")[2]
        self.calls[operation] += 1
        known = self._answers.get(operation)
        return json.dumps(known(json.loads(body)) if known else {}).encode()

    def take_calls(self) -> bytes:
        """The calls since this was asked last, by operation."""
        calls, self.calls = self.calls, Counter()
        return json.dumps(calls).encode()

    def _found(self, asked: Document) -> Document:
        """The items of those keys that it knows."""
        tables = asked["RequestItems"].items()
        known = self._index["pk"]
        found = {name: [self._index for key in keys["Keys"] if key["pk"] == known] for name, keys in tables}
        return {"Responses": found, "UnprocessedKeys": {}}


def _draining(arn: str) -> Document:
    return {"containerInstanceArn": arn, "status": "DRAINING", "runningTasksCount": 3, "ec2InstanceId": "i-0"}


def _task(asked: Document, arn: str) -> Document:
    return {"taskArn": arn, "clusterArn": asked.get("cluster"), "lastStatus": "RUNNING", "tags": []}


def _taken(entry: Document) -> Document:
    digest = md5(entry["MessageBody"].encode(), usedforsecurity=False).hexdigest()
    return {"Id": entry["Id"], "MessageId": "m-1", "MD5OfMessageBody": digest}


async def _converse(aws: FakeAws, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, kept open as AWS keeps it."""
    try:
        while True:
            first, headers = _parsed(await reader.readuntil(b"\r\n\r\n"))
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            answer = (
                aws.take_calls()
                if first.startswith("GET ")
                else aws.answer(headers.get("x-amz-target", ""), body)
            )
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def _parsed(head: bytes) -> tuple[str, dict[str, str]]:
    first, *rest = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = (line.partition(":") for line in rest)
    return first, {name.lower(): value.strip() for name, _, value in pairs}


async def _serve(index: Document) -> None:
    aws = FakeAws(index)
    server = await asyncio.start_server(lambda r, w: _converse(aws, r, w), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(json.loads(sys.argv[1])))
