"""Codes to telephone lines go to AWS as its own model of the service has them; what it refuses for good ends there.

No emulator plays AWS End User Messaging, so botocore writes and reads the real bytes, and only the wire is played.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from quietline.adapters import aws
from quietline.adapters.lines import VOICES, AwsLines
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConfigurationError
from quietline.mails.links import LINE_PROOF, LinkSigner
from quietline.mails.outbox import outbox_item
from quietline.mails.ports import UnreachableLineError
from quietline.mails.service import MailService
from quietline.profiles.profile import Profile

from tests.conftest import NOW
from tests.fakes.registrations import FakeCipher

ORIGIN = "arn:aws:sms-voice:us-east-1:123456789012:pool/pool-0123456789abcdef0123456789abcdef"
NUMBER = "+12025550143"
TABLE = "registry"


class Raw(BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, **_options: Any) -> Iterator[bytes]:
        yield self.read()


@dataclass
class Wire:
    """What was sent, and what AWS answers."""

    status: int = 200
    answer: dict[str, Any] = field(default_factory=lambda: {"MessageId": "m-1"})
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __call__(self, request: Any, **_context: Any) -> AWSResponse:
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        self.sent.append((operation, json.loads(request.body)))
        head = HTTPHeaders()
        head["content-type"] = "application/x-amz-json-1.0"
        return AWSResponse(request.url, self.status, head, Raw(json.dumps(self.answer).encode()))

    def refuses(self, error: str, reason: str) -> None:
        self.status, self.answer = 400, {"__type": error, "Message": f"{NUMBER}: no", "Reason": reason}


@pytest.fixture
def wire(cloud: Any) -> Iterator[Wire]:
    played = Wire()
    events = aws.client("pinpoint-sms-voice-v2").meta.events
    events.register_first("before-send.pinpoint-sms-voice-v2", played)
    yield played
    events.unregister("before-send.pinpoint-sms-voice-v2", played)


def conforms(operation: str, request: dict[str, Any]) -> bool:
    """Whether each value keeps the pattern or choice that AWS's model gives; botocore checks names and types only."""
    shape = aws.client("pinpoint-sms-voice-v2").meta.service_model.operation_model(operation).input_shape
    for name, value in request.items():
        member = shape.members[name]
        pattern = member.metadata.get("pattern", "[\\s\\S]*")
        if not re.fullmatch(pattern, value) or (getattr(member, "enum", []) and value not in member.enum):
            return False
    return set(shape.required_members) <= set(request)


def test_a_text_message(wire: Wire) -> None:
    AwsLines(ORIGIN).tell("sms", NUMBER, "Your code is 012345.", "en")

    [(operation, request)] = wire.sent
    assert operation == "SendTextMessage"
    assert request == {
        "DestinationPhoneNumber": NUMBER,
        "OriginationIdentity": ORIGIN,
        "MessageBody": "Your code is 012345.",
        "MessageType": "TRANSACTIONAL",
    }
    assert conforms(operation, request)


@pytest.mark.parametrize("language", sorted(VOICES))
def test_a_call(wire: Wire, language: str) -> None:
    AwsLines(ORIGIN).tell("call", NUMBER, "0, 1, 2, 3, 4, 5", language)

    [(operation, request)] = wire.sent
    assert operation == "SendVoiceMessage"
    assert request["VoiceId"] == VOICES[language]
    assert (request["MessageBodyTextType"], request["DestinationPhoneNumber"]) == ("TEXT", NUMBER)
    assert conforms(operation, request)


def test_every_language_of_the_profile_has_a_voice(profile: Profile) -> None:
    assert set(profile.languages) <= set(VOICES)


REFUSED_FOR_GOOD = [
    ("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT"),
    ("ConflictException", "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE"),
    ("ConflictException", "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION"),
    ("ValidationException", "DESTINATION_COUNTRY_BLOCKED"),
    ("ServiceQuotaExceededException", "DAILY_DESTINATION_CALL_LIMIT"),
]


@pytest.mark.parametrize(("error", "reason"), REFUSED_FOR_GOOD)
def test_a_line_that_is_never_reached_is_told_apart(wire: Wire, error: str, reason: str) -> None:
    wire.refuses(error, reason)

    with pytest.raises(UnreachableLineError) as caught:
        AwsLines(ORIGIN).tell("sms", NUMBER, "Your code is 012345.", "en")

    assert NUMBER not in str(caught.value)
    assert len(wire.sent) == 1


@pytest.mark.parametrize(("error", "reason"), REFUSED_FOR_GOOD)
def test_each_reason_is_one_that_aws_gives(cloud: Any, error: str, reason: str) -> None:
    model = aws.client("pinpoint-sms-voice-v2").meta.service_model

    assert reason in model.shape_for(f"{error}Reason").enum


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"),
        ("ConflictException", "NUMBER_CAPABILITIES_MISMATCH"),
        ("AccessDeniedException", "ACCOUNT_DISABLED"),
    ],
)
def test_what_the_operator_has_to_mend_stays_an_error(wire: Wire, error: str, reason: str) -> None:
    wire.refuses(error, reason)

    with pytest.raises(ClientError):
        AwsLines(ORIGIN).tell("call", NUMBER, "0, 1", "en")


def test_without_a_number_to_send_from_nothing_is_sent(wire: Wire) -> None:
    with pytest.raises(ConfigurationError):
        AwsLines("").tell("sms", NUMBER, "Your code is 012345.", "en")

    assert not wire.sent


@dataclass
class OneMail:
    """An outbox with one item."""

    item: dict[str, Any]

    def get(self, _table: str, _mail_id: str) -> dict[str, Any] | None:
        return self.item

    def mark_sent(self, _table: str, _mail_id: str, _at: str) -> None:
        self.item["state"] = "sent"

    def mark_unwanted(self, _table: str, _mail_id: str, _at: str) -> None:
        self.item["state"] = "unwanted"


@pytest.fixture
def code() -> OneMail:
    return OneMail(
        outbox_item(
            template="line-code",
            language="en",
            to_ciphertext=FakeCipher().encrypt(NUMBER),
            facts={"minutes": "10"},
            now=NOW,
            link={"purpose": LINE_PROOF, "id": "01KB3Q6W5N8Y2C4D6E8F0G1H2J", "nonce": "n"},
            channel="sms",
        )
    )


def service(outbox: OneMail, profile: Profile, clock: FixedClock) -> MailService:
    unused: Any = None
    return MailService(
        outbox=outbox,
        cipher=FakeCipher(),
        links=LinkSigner(b"s" * 32),
        sender=unused,
        profile=profile,
        site="https://registry.example.test",
        clock=clock,
        opt_outs=unused,
        lines=AwsLines(ORIGIN),
        secret=b"s",
    )


def test_a_code_is_told_once(wire: Wire, code: OneMail, profile: Profile, clock: FixedClock) -> None:
    clock.instant = NOW + timedelta(minutes=9)
    mails = service(code, profile, clock)

    assert [mails.deliver(TABLE, "1"), mails.deliver(TABLE, "1")] == [True, False]
    assert code.item["state"] == "sent"
    assert len(wire.sent) == 1


def test_a_line_that_wants_none_is_left_alone(wire: Wire, code: OneMail, profile: Profile, clock: FixedClock) -> None:
    wire.refuses("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT")
    mails = service(code, profile, clock)

    assert [mails.deliver(TABLE, "1"), mails.deliver(TABLE, "1")] == [False, False]
    assert code.item["state"] == "unwanted"
    assert len(wire.sent) == 1


def test_a_code_that_has_ended_is_told_nobody(wire: Wire, code: OneMail, profile: Profile, clock: FixedClock) -> None:
    clock.instant = NOW + timedelta(minutes=10)

    assert not service(code, profile, clock).deliver(TABLE, "1")

    assert code.item["state"] == "unwanted"
    assert not wire.sent
