"""AWS in memory, faster: what moto does again and again for nothing was half of the time of the tests that use it.

For every single item of a transaction it copies the whole table, to have it back if one fails: here it copies the items
that are touched, once. For every value of an answer it looks for each of the ten kinds of values: here plain ones are
taken as they are. For every request it looks which of hundreds of addresses is meant and what its service can do, and
botocore says anew who asks; every user pool reads the same RSA key: here each is worked out once. And nobody checks
what botocore signs.

Of several threads one at a time is answered: neither moto's tables nor the copies made here are for two.
"""

import copy
import json
import re
import string
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, wraps
from threading import RLock, local
from types import SimpleNamespace
from typing import Any

LETTERS = string.ascii_letters + string.digits
AWS = re.compile(r"https?://.+\.amazonaws.com/.*")
MOST_BYTES = 405_000
"""What moto lets an item weigh (`LimitedSizeDict`)."""
PLAIN = {"S", "N", "BOOL", "NULL"}


class _Running(local):
    """The transaction of a thread: what it touches, by table, and the copies of tables made for it."""

    touched: dict[str, list[tuple[Any, Any]]] | None = None
    copies: dict[str, Any]


_running = _Running()


@cache
def make_faster() -> None:
    """Change moto, for as long as the process lives."""
    _take_plain_values_as_they_are()
    _copy_what_is_touched()
    _weigh_items_once()
    _compare_texts_as_they_are()
    _know_addresses()
    _know_actions()
    _start_with_what_was_registered()
    _read_the_key_of_user_pools_once()
    _say_who_asks_in_a_word()
    _sign_with_nothing()


def _know_addresses() -> None:
    from moto.core.botocore_stubber import BotocoreStubber
    from moto.core.exceptions import HTTPException
    from moto.core.request import normalize_request
    from moto.core.utils import get_equivalent_url_in_aws_domain

    one_at_a_time = RLock()

    def process_request(_stubber: Any, request: Any) -> Any:
        parsed, _ = get_equivalent_url_in_aws_domain(request.url)
        address = f"{parsed.scheme}://{parsed.netloc}{parsed.path}"
        handler = _handler_of(address)
        if not handler:
            return (404, {}, "Not yet implemented") if AWS.match(address) else None
        normalized = normalize_request(request)
        try:
            with one_at_a_time:
                return handler(normalized, normalized.raw_url, normalized.headers)
        except HTTPException as error:
            return error.code, error.get_headers(), error.get_body()

    BotocoreStubber.process_request = process_request  # type: ignore[method-assign]


@cache
def _handler_of(address: str) -> Callable[..., Any] | None:
    """Return who answers, found as moto finds it (`BotocoreStubber.process_request`)."""
    from moto import backend_index

    for service, pattern in backend_index.backend_url_patterns:
        if pattern.match(address):
            for url, handler in _handlers(service):
                if url.match(address):
                    return handler
    return None


@cache
def _handlers(service: str) -> list[tuple[re.Pattern[str], Callable[..., Any]]]:
    from moto import backends
    from moto.core import DEFAULT_ACCOUNT_ID

    regions: Any = backends.get_backend(service)[DEFAULT_ACCOUNT_ID]  # type: ignore[call-overload]
    backend = regions["us-east-1" if "us-east-1" in regions else "aws"]
    return [(re.compile(url), handler) for url, handler in backend.urls.items()]


def _know_actions() -> None:
    from moto.core import responses, utils
    from moto.moto_api._internal.moto_random import MotoRandom

    responses.method_names_from_class = cache(utils.method_names_from_class)
    responses.camelcase_to_underscores = cache(utils.camelcase_to_underscores)
    random_string = MotoRandom.get_random_string

    def get_random_string(random: Any, length: int = 20, *kinds: Any, **named: Any) -> str:
        if kinds or named:
            return random_string(random, length, *kinds, **named)
        return "".join(random.choices(LETTERS, k=length))

    MotoRandom.get_random_string = get_random_string  # type: ignore[method-assign]


def _start_with_what_was_registered() -> None:
    """`mock_aws` registers 1,500 addresses whenever it is switched on: keep those of the first time."""
    from moto.core.models import MockAWS, botocore_stubber, responses_mock

    enable = MockAWS._enable_patching
    kept: dict[str, list[Any]] = {}

    def enable_patching(mock: Any, reset: bool = True) -> None:
        if not kept:
            enable(mock, reset)
            kept.update({method: list(found) for method, found in responses_mock._registry._registered.items()})
            return
        botocore_stubber.enabled = True
        if reset:
            mock.reset()
        responses_mock.start()
        for method, found in kept.items():
            responses_mock._registry._registered[method] = list(found)

    MockAWS._enable_patching = enable_patching  # type: ignore[method-assign]


def _read_the_key_of_user_pools_once() -> None:
    from joserfc import jwk
    from moto.cognitoidp import models

    @cache
    def read(text: str) -> Any:
        return jwk.RSAKey.import_key(json.loads(text))

    key = SimpleNamespace(import_key=lambda known: read(json.dumps(known)))
    models.jwk = SimpleNamespace(RSAKey=key)  # type: ignore[assignment]


def _say_who_asks_in_a_word() -> None:
    from botocore.useragent import UserAgentString

    UserAgentString.to_string = lambda _: "Boto3"


def _sign_with_nothing() -> None:
    """moto reads whose a request is and checks no signature. Those of S3, presigned addresses too, stay."""
    from botocore.auth import SigV4Auth
    from moto.core.models import botocore_stubber

    add_auth = SigV4Auth.add_auth

    def add_no_signature(auth: Any, request: Any) -> None:
        if type(auth) is not SigV4Auth or not botocore_stubber.enabled or auth.credentials is None:
            return add_auth(auth, request)
        request.context["timestamp"] = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        request.headers["X-Amz-Date"] = request.context["timestamp"]
        request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, Signature=none"

    SigV4Auth.add_auth = add_no_signature


def _take_plain_values_as_they_are() -> None:
    from moto.core.serialize import ResponseSerializer

    serialize, get_value = ResponseSerializer._serialize, ResponseSerializer.get_value

    def value_as_it_is(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if type(value) is dict and shape.name == "AttributeValue" and len(value) == 1:
            ((kind, plain),) = value.items()
            if kind in PLAIN and type(plain) in (str, bool):
                serialized[key] = value
                return
        serialize(self, serialized, value, shape, key)

    def part_by_its_name(self: Any, value: Any, key: str, shape: Any) -> Any:
        if type(value) is dict and getattr(shape, "parent", None) is not None and shape.parent.name == "AttributeValue":
            return value.get(key)
        return get_value(self, value, key, shape)

    ResponseSerializer._serialize = value_as_it_is  # type: ignore[method-assign]
    ResponseSerializer.get_value = part_by_its_name  # type: ignore[method-assign]


def _weigh_items_once() -> None:
    """An item is weighed when it is whole, instead of all of its attributes with every one that comes to it."""
    from moto.dynamodb.exceptions import ItemSizeTooLarge
    from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict

    def made(item: Any, hash_key: Any, range_key: Any, attrs: dict[str, Any]) -> None:
        item.hash_key, item.range_key, item.attrs = hash_key, range_key, LimitedSizeDict()
        dict.update(item.attrs, {key: DynamoType(value) for key, value in attrs.items()})
        if item.size() > MOST_BYTES:
            raise ItemSizeTooLarge

    Item.__init__ = made  # type: ignore[method-assign]


def _compare_texts_as_they_are() -> None:
    """Nearly all keys and values are texts, which need no look at the ten kinds either; keys are sorted by them."""
    from moto.dynamodb.models.dynamo_type import DynamoType
    from moto.dynamodb.models.table import Table

    cast, size = DynamoType.cast_value.fget, DynamoType.size

    def all_items(table: Any) -> list[Any]:
        if not table.range_key_attr:
            return sorted(table.items.values(), key=lambda item: item.hash_key.cast_value)
        items = (item for items in table.items.values() for item in items.values())
        return sorted(items, key=lambda item: (item.hash_key.cast_value, item.range_key.cast_value))

    DynamoType.cast_value = property(lambda self: self.value if self.type == "S" else cast(self))  # type: ignore[method-assign]
    DynamoType.size = lambda self: len(self.value.encode()) if self.type == "S" else size(self)  # type: ignore[method-assign]
    Table.all_items = all_items  # type: ignore[method-assign]


def _copy_what_is_touched() -> None:
    from moto.dynamodb import models
    from moto.dynamodb.models.table import Table

    def deepcopy(value: Any, *rest: Any) -> Any:
        if _running.touched is None or not isinstance(value, Table) or not value.has_range_key:
            return copy.deepcopy(value, *rest)
        if value.name not in _running.copies:
            _running.copies[value.name] = _kept(value, _running.touched[value.name])
        return _running.copies[value.name]

    write = models.DynamoDBBackend.transact_write_items

    @wraps(write)
    def transact_write_items(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        _running.touched, _running.copies = _touched(backend.tables, transact_items), {}
        try:
            write(backend, transact_items)
        finally:
            _running.touched = None

    models.copy = SimpleNamespace(deepcopy=deepcopy)  # type: ignore[attr-defined]
    models.DynamoDBBackend.transact_write_items = transact_write_items  # type: ignore[method-assign]


def _touched(tables: Any, transact_items: list[dict[str, Any]]) -> dict[str, list[tuple[Any, Any]]]:
    from moto.dynamodb.models.dynamo_type import DynamoType

    found: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    for item in transact_items:
        operation = next(iter(item.values()))
        table, key = tables[operation["TableName"]], operation.get("Key") or operation["Item"]
        if table.has_range_key:
            names = table.hash_key_attr, table.range_key_attr
            found[table.name].append((DynamoType(key[names[0]]), DynamoType(key[names[1]])))
    return found


def _kept(table: Any, touched: list[tuple[Any, Any]]) -> Any:
    made = copy.copy(table)
    made.items = defaultdict(dict, {pk: dict(items) for pk, items in table.items.items()})
    for pk, sk in touched:
        if pk in made.items and sk in made.items[pk]:
            made.items[pk][sk] = copy.deepcopy(made.items[pk][sk])
    if table.stream_shard:
        made.stream_shard = copy.copy(table.stream_shard)
        made.stream_shard.table, made.stream_shard.items = made, list(table.stream_shard.items)
    return made
