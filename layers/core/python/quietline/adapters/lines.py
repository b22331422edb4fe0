"""Telling codes to telephone lines: by AWS, or on the mail page of a local cloud."""

from dataclasses import dataclass
from html import escape

from botocore.exceptions import ClientError

from quietline.adapters.aws import client
from quietline.adapters.ses import SesSender
from quietline.kernel.errors import ConfigurationError
from quietline.mails.ports import UnreachableLineError

VOICES = {"en": "JOANNA", "es": "LUPE"}
"""Voices that AWS End User Messaging reads a text with, by language."""
UNREACHABLE = {
    "DESTINATION_PHONE_NUMBER_OPTED_OUT",  # somebody answered STOP
    "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE",
    "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION",
    "DESTINATION_COUNTRY_BLOCKED",
    "DAILY_DESTINATION_CALL_LIMIT",  # until tomorrow, when the code has long ended
}
"""Reasons of the API's refusals that are the line's own; all others are the deployment's, for its operators to see."""


@dataclass(frozen=True)
class AwsLines:
    """Text messages and calls by AWS End User Messaging.

    Attributes:
        origination: ARN of the number or pool that they come from.
    """

    origination: str

    def tell(self, channel: str, number: str, text: str, language: str) -> None:
        """Send or speak the text.

        Raises:
            ConfigurationError: the deployment has no number to send from.
            UnreachableLineError: the line takes no texts (`UNREACHABLE`).
        """
        if not self.origination:
            raise ConfigurationError("This deployment has no telephone number to send from.")
        request = {"DestinationPhoneNumber": number, "OriginationIdentity": self.origination, "MessageBody": text}
        try:
            if channel == "sms":
                client("pinpoint-sms-voice-v2").send_text_message(**request, MessageType="TRANSACTIONAL")
            else:
                voice = VOICES.get(language, VOICES["en"])
                client("pinpoint-sms-voice-v2").send_voice_message(**request, MessageBodyTextType="TEXT", VoiceId=voice)
        except ClientError as error:
            reason = error.response.get("Reason", "")
            if reason not in UNREACHABLE:
                raise
            raise UnreachableLineError(reason) from None  # AWS's own message may name the line


@dataclass(frozen=True)
class MailedLines:
    """Where no line can be reached (the local cloud): the text is a mail to an address made of the number."""

    sender: SesSender

    def tell(self, channel: str, number: str, text: str, language: str) -> None:
        """Send the text to `<digits>@<channel>.example.com`."""
        head = f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"></head>'
        address = f"{number.removeprefix('+')}@{channel}.example.com"
        self.sender.send(
            address,
            {"sms": "Text message", "call": "Call"}[channel],
            text,
            f"{head}<body>{escape(text)}</body></html>",
            {},
        )
