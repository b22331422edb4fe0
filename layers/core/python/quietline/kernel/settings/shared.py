"""Settings of the functions that serve all others."""

from dataclasses import dataclass

from quietline.kernel.settings.base import Settings


@dataclass(frozen=True, kw_only=True)
class AuthorizerSettings(Settings):
    """`authorizer`: verifies Cognito access tokens."""

    issuer: str
    """The `iss` of our tokens."""
    jwks_url: str


@dataclass(frozen=True, kw_only=True)
class RelaySettings(Settings):
    """`relay`: forwards outbox items from the tables' streams."""

    mail_queue_url: str
    payments_queue_url: str
    notices_queue_url: str
    webhooks_queue_url: str
    evidence_queue_url: str
    screen_machine_arn: str
    investigate_machine_arn: str


@dataclass(frozen=True, kw_only=True)
class MailerSettings(Settings):
    """`mailer`: renders and sends the outbox's mails."""

    registry_table: str
    sellers_table: str
    cases_table: str
    pii_key_id: str
    app_secret_id: str
    sender: str
    """The `From` address; its domain is a verified SES identity."""
    configuration_set: str
    """SES configuration set of every mail."""
    site_url: str
    """Where links in mails point; no trailing slash."""
    line_origination: str = ""
    """ARN of the number or pool that codes for telephone lines come from (AWS End User Messaging); empty for none."""
    mailed_lines: int = 0
    """1 where no telephone line can be reached (the local cloud): codes are shown among the mails."""
