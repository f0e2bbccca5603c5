"""Requests to the endpoint as programs damage them, in the form in which API Gateway hands them on."""

import base64
import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.chalice_app.gateway import proxy_event

__all__ = ["FILE", "event"]

FILE = """\
pipelines:
  - name: orders
    stream: orders
    levers:
      shard_count: {min: 1, max: 64, owner: application-autoscaling}
      parallelization_factor: {max: 10, owner: application-autoscaling}
    consumers:
      - function: order-writer
        tables:
          - name: orders
            levers:
              write_capacity: {min: 10, max: 4000, owner: application-autoscaling}
              read_capacity: {min: 5, max: 100, owner: tidegate}
"""
"""What is deployed: levers of Application Auto Scaling's, of Tidegate's and of nobody's."""

Event = dict[str, Any]
Mutation = Callable[[Event, Random], None]

THEIRS = {"shard_count~orders": 64, "parallelization_factor~order-writer": 10,
          "write_capacity~orders": 4000}  # fmt: skip
"""Ids, and the most that each may be."""
NOT_THEIRS = ("read_capacity~orders", "batching_window_seconds~order-writer", "retention_hours~orders",
              "write_capacity~orders~by-customer", "read_capacity~orders~by-customer")  # fmt: skip
WORDS = (
    "", " ", "~", "~~", "tea", "shard_count", "shard_count~", "~orders", "shard_count~nowhere",
    "SHARD_COUNT~ORDERS", "shard_count~orders~", "write_capacity~orders~", "write_capacity~orders~*",
    "write_capacity~orders~no such index", "write_capacity~orders~" + "x" * 300, "shard_count%7Eorders",
    "shard_count%257Eorders", "shard_count~orders%00", "shard_count~orders\0", "shard_count~orders\n",
    "../shard_count~orders", "..%2f..%2fetc%2fpasswd", "../../etc/passwd", "/shard_count~orders",
    "shard_count~orders/", "//", ".", "..", "shard_count~orders?x=1", "shard_count~orders#x", "null",
    "__class__", "{dimension_id}", "${jndi:ldap://x}", "' or 1=1 --", "<script>", "é~orders",
    "shard_count~orders\u202e", "\ud800~orders", "x" * 9000, "\U0001f400", "%", "%zz", "shard_count+orders",
)  # fmt: skip
METHODS = ("POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "Patch", "", " GET",
           "GET\r\n", "ANY", "X" * 3000, "\u0130", "__init__")  # fmt: skip
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**30, 1e308, "", "x", "\ud800", "\0",
    "x" * 9000, [], [None], ["x"], [["x"]], {}, {"a": None}, {"": {}}, {"x": ["y", 1]},
)  # fmt: skip
NUMBERS = (
    "0", "-0", "-1", "0.5", "1.0", "1e0", "2.5", "1e2", "1E+2", "1e400", "-1e400", "1e-400", "NaN",
    "Infinity", "-Infinity", "01", "+1", "0x10", "1_000", "1,5", "9" * 400, "9" * 4050, "1e308", "null",
    "true", '"5"', '""', "[5]", "{}", '{"a":5}', "10000000000", "1000000000", "2.0000000000000001",
    "1" + "0" * 30 + ".0", "5.", ".5", "--1", "1e", "５", "4001", "4000.5", "9007199254740993",
)  # fmt: skip
BODIES = (
    "", " ", "null", "true", "5", '"x"', "[]", "{}", "[[]]", '{"desiredCapacity"}', "{'desiredCapacity': 5}",
    '{"desiredcapacity": 5}', '{"DesiredCapacity": 5}', '{"desiredCapacity ": 5}', '{"desiredCapacity": 5',
    '{"desiredCapacity": 5}}', '{"desiredCapacity": 5} x', '{"desiredCapacity": 5,}', "\ufeff{}",
    '[{"desiredCapacity": 5}]', '{"desired\\u0043apacity": 5}', '{"desiredCapacity": "\\ud800"}',
    '{"desiredCapacity": 5, "desiredCapacity": 999999}', "desiredCapacity=5", "<desiredCapacity/>",
    '{"__proto__": 1}', "\0", "\ud800", '"\ud800"', "{}\n{}", "//x\n{}", "é", "[" * 4000, '{"a":' * 800,
    "[" * 9000, " " * 5000, '{"desiredCapacity": 5, "x": "' + "y" * 5000 + '"}', "5" * 4096,
)  # fmt: skip
TYPES = (
    "", "application/json; charset=utf-8", "application/json;charset=utf-16", "APPLICATION/JSON",
    "application/json, text/plain", "text/plain", "application/xml", "*/*", "application/octet-stream",
    "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ";", ",", "a" * 3000,
    "application/json\r\nX: y", "image/png", "\ud800", "application/vnd.api+json",
)  # fmt: skip
HEADERS = (
    ("Accept", "application/octet-stream"), ("Accept", "image/*"), ("accept", ""), ("ACCEPT", "*/*"),
    ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("Content-Length", "-1"),
    ("X-Amzn-Trace-Id", "Root=x"), ("X-HTTP-Method-Override", "PATCH"), ("Host", "\ud800"), ("", ""),
    ("Origin", "https://example.invalid"), ("Authorization", "AWS4-HMAC-SHA256 x"), ("x", "y" * 9000),
    ("Expect", "100-continue"), ("If-Match", "*"), ("Range", "bytes=0-1"), ("Accept-Charset", "utf-7"),
)  # fmt: skip
RESOURCES = ("/", "", "/scalableTargetDimensions", "/scalableTargetDimensions/", "/{proxy+}", "/x",
             "/scalableTargetDimensions/{dimension_id}/", "//scalableTargetDimensions/{dimension_id}",
             "/scalableTargetDimensions/{other}", "/../scalableTargetDimensions/{dimension_id}")  # fmt: skip
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-be", "utf-32", "latin-1", "cp037", "utf-7")
OTHERS: tuple[Any, ...] = (
    {}, [], None, "x", 5, True, {"Records": []}, [{}], {"requestContext": {}}, {"warmup": True},
    {"version": "2.0", "routeKey": "GET /x", "rawPath": "/x", "headers": {},
     "requestContext": {"http": {"method": "GET", "path": "/x"}}, "isBase64Encoded": False},
    {"requestContext": {"elb": {"targetGroupArn": "x"}}, "httpMethod": "GET", "path": "/x",
     "queryStringParameters": {}, "headers": {}, "body": "", "isBase64Encoded": False},
    {"requestContext": {"routeKey": "$connect", "connectionId": "x", "eventType": "CONNECT"}},
    {"type": "REQUEST", "methodArn": "arn:aws:execute-api:us-east-1:1:x/v1/GET/x", "headers": {}},
    {"id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "detail": {}},
)  # fmt: skip
"""What other services would invoke a function with."""


def event(seed: int) -> Any:
    """A request that Application Auto Scaling could send, one in eight left as it is."""
    random = Random(f"{seed}/request")
    made = _plain(random, seed)
    if random.random() < 0.125:
        return made
    if random.random() < 0.03:
        return random.choice(OTHERS)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        random.choice(MUTATIONS)(made, random)
    return made


def _plain(random: Random, seed: int) -> Event:
    method = random.choice(("GET", "GET", "PATCH"))
    dimension, most = random.choice(tuple(THEIRS.items()))
    body = json.dumps({"desiredCapacity": random.randint(1, most)}) if method == "PATCH" else None
    made = proxy_event(method, dimension, body, "application/json")
    made["requestContext"]["requestId"] = f"request-{seed}"
    return made


def _method(made: Event, random: Random) -> None:
    made["httpMethod"] = found = random.choice(METHODS)
    made["requestContext"] = {**_mapping(made.get("requestContext")), "httpMethod": found}


def _dimension(made: Event, random: Random) -> None:
    found = random.choice((*WORDS, *NOT_THEIRS, *NOT_THEIRS))
    made["pathParameters"] = {"dimension_id": found}
    made["path"] = f"/scalableTargetDimensions/{found}"


def _damaged_dimension(made: Event, random: Random) -> None:
    text = random.choice((*THEIRS, *NOT_THEIRS))
    at = random.randrange(len(text))
    damaged = text[:at] + random.choice("~~%/\0é x") + text[at + random.randint(0, 1) :]
    made["pathParameters"] = {"dimension_id": damaged}


def _body(made: Event, random: Random) -> None:
    _as_patch(made)
    made["body"] = random.choice(BODIES)


def _number(made: Event, random: Random) -> None:
    _as_patch(made)
    more = random.choice(("", "", ', "x": 1', ', "version": "2.0"'))
    made["body"] = f'{{"desiredCapacity": {random.choice(NUMBERS)}{more}}}'


def _cut_body(made: Event, random: Random) -> None:
    _as_patch(made)
    text = '{"desiredCapacity": 5.0}'
    at = random.randrange(len(text) + 1)
    made["body"] = text[:at] + random.choice(("", "\0", "{", '"', "\\", "\n", "é", "\x1b"))


def _base64_body(made: Event, random: Random) -> None:
    """Bytes, in another encoding or in none, or text that isn't Base64."""
    _as_patch(made)
    made["isBase64Encoded"] = random.choice((True, True, True, "true", 1, [1]))
    text = random.choice(('{"desiredCapacity": 5}', "{}", "é"))
    raw = random.choice((
        text.encode(random.choice(ENCODINGS), "replace"), random.randbytes(random.randint(0, 40)),
        text.encode() + b"\xff", b"\x1f\x8b" + text.encode(), b"\xed\xa0\x80", text.encode()[:-1],
    ))  # fmt: skip
    encoded = base64.b64encode(raw).decode()
    made["body"] = random.choice((encoded, encoded, encoded[:-1], encoded + "=", text, "é", "%%%"))


def _as_patch(made: Event) -> None:
    if isinstance(made.get("requestContext"), dict):
        made["requestContext"]["httpMethod"] = "PATCH"


def _content_type(made: Event, random: Random) -> None:
    _as_patch(made)
    found = random.choice(TYPES)
    made["headers"] = {random.choice(("content-type", "Content-Type", "CONTENT-TYPE")): found}
    made["body"] = '{"desiredCapacity": 5}'


def _header(made: Event, random: Random) -> None:
    name, value = random.choice(HEADERS)
    made["headers"] = {**_mapping(made.get("headers")), name: value}


def _odd_header(made: Event, random: Random) -> None:
    name = random.choice(("content-type", "accept", "x"))
    made["headers"] = {**_mapping(made.get("headers")), name: random.choice(ODD)}


def _mapping(found: Any) -> Event:
    return found if isinstance(found, dict) else {}


def _resource(made: Event, random: Random) -> None:
    made["resource"] = found = random.choice(RESOURCES)
    if isinstance(made.get("requestContext"), dict):
        made["requestContext"]["resourcePath"] = found


def _missing(made: Event, random: Random) -> None:
    place = _somewhere(made, random)
    if place:
        del place[random.choice(tuple(place))]


def _odd(made: Event, random: Random) -> None:
    """A key of another type than API Gateway gives it."""
    place = _somewhere(made, random)
    if place:
        place[random.choice(tuple(place))] = random.choice(ODD)


def _somewhere(made: Event, random: Random) -> Event:
    inner = made.get(
        random.choice(("requestContext", "requestContext", "pathParameters", "headers"))
    )
    return inner if isinstance(inner, dict) and random.random() < 0.5 else made


MUTATIONS: tuple[Mutation, ...] = (
    _method, _dimension, _dimension, _damaged_dimension, _body, _body, _number, _number, _cut_body,
    _base64_body, _base64_body, _content_type, _header, _odd_header, _resource, _missing, _missing, _odd, _odd,
)  # fmt: skip
