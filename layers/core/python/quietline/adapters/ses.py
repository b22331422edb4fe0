"""SES v2 as the sender of mails."""

from collections.abc import Mapping
from dataclasses import dataclass

from quietline.adapters.aws import client


@dataclass(frozen=True)
class SesSender:
    """Sends through SES.

    Attributes:
        sender: the `From` address, of a verified identity.
        configuration_set: its name; bounces and complaints are counted there.
    """

    sender: str
    configuration_set: str

    def send(self, to: str, subject: str, text: str, html: str, headers: Mapping[str, str]) -> None:
        """Hand the mail to SES, as text and as HTML; SES signs the headers with the rest (DKIM)."""
        body = {"Text": {"Data": text, "Charset": "UTF-8"}, "Html": {"Data": html, "Charset": "UTF-8"}}
        client("sesv2").send_email(
            FromEmailAddress=self.sender,
            Destination={"ToAddresses": [to]},
            Content={
                "Simple": {
                    "Subject": {"Data": subject, "Charset": "UTF-8"},
                    "Body": body,
                    **(
                        {"Headers": [{"Name": name, "Value": value} for name, value in headers.items()]}
                        if headers
                        else {}
                    ),
                }
            },
            ConfigurationSetName=self.configuration_set,
        )
