"""What differs between deployments, in one place: the stage, the jurisdiction, and what the local cloud lacks.

Everything comes from CDK context (`cdk deploy -c stage=production -c domain=…`), never from network, account or git.
"""

import platform
from dataclasses import dataclass
from typing import Any, Self

from aws_cdk import RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from quietline.profiles import load_profile

KEPT_STAGES = ("production",)


@dataclass(frozen=True, kw_only=True)
class LocalGaps:
    """What the local cloud lacks; each line is something that a run there leaves unproven (README, limits)."""

    plain_http: bool = False
    """No TLS: viewers may use plain HTTP, and links are `http://`."""
    host_architecture: bool = False
    """Functions run as processes of this machine: layers hold its architecture's wheels instead of arm64."""
    played_payments: bool = False
    """localstripe plays Stripe: paying finalizes an invoice, and there are no disputes and no webhooks of refunds."""
    payment_retry_seconds: str = ""
    payment_circuit_seconds: int = 0
    """Pauses while the payment server is down, in place of minutes: nobody waits so long for a test."""
    no_table_exports: bool = False
    """An export of a table completes and writes nothing: reconciliation scans the table instead."""
    no_custom_domain: bool = False
    """No certificate and no DNS."""
    loopback_webhooks: bool = False
    """Webhooks may also go to `http://127.0.0.1`, where a test can receive them; elsewhere that is refused."""
    mailed_lines: bool = False
    """No telephone lines: codes for them are shown among the mails."""
    webhook_retry_seconds: str = ""
    """Pauses between a webhook's attempts, in place of the profile's day: nobody waits a day for a test."""
    day_seconds: int = 86_400
    """How long a day of an investigation's deadlines is: nobody waits three weeks for a seller's silence."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One deployment.

    Attributes:
        stage: name of the stage; `production` keeps its data when the stacks go.
        profile: the jurisdiction, a file of `quietline/profiles`.
        sender: `From` address of mails; its domain (or the address itself outside production) is verified with SES.
        alarm_email: who is told of alarms; empty for nobody.
        domain: the site's own domain name; empty for CloudFront's.
        certificate_arn: ACM certificate in us-east-1 for `domain`.
        site_url: where links point when there is no `domain` (the local front door).
        payments_url: base of the payment server's API.
        emulator_url: the local cloud's endpoint; empty on AWS.
        settle_seconds: how long before now a list's cut-off lies at the earliest.
        days_ahead: how many days a list may be dated ahead; above 0 only on a demonstration.
        account_mails: who sends the codes of sign-up and password reset: `ses`, once the sender's domain is verified
            there, or `cognito` (from an address of AWS, 50 a day).
        representative_mfa: whether authorized representatives act only with a second factor: `required` or `optional`.
        line_origination: ARN of the number or pool of AWS End User Messaging that codes for telephone lines come from;
            empty where numbers are removed by mail alone and none is proved.
        signing_keys: how many signing keys there are; all are published, for what they signed stays signed.
        signing_key: which of them signs, counted from 1, the oldest; 0 for the newest.
        gaps: what the local cloud lacks.
    """

    stage: str = "staging"
    profile: str = "us"
    sender: str = "no-reply@quietline.example"
    alarm_email: str = ""
    domain: str = ""
    certificate_arn: str = ""
    site_url: str = ""
    payments_url: str = "https://api.stripe.com"
    emulator_url: str = ""
    settle_seconds: int = 120
    days_ahead: int = 0
    account_mails: str = "cognito"
    representative_mfa: str = "required"
    line_origination: str = ""
    signing_keys: int = 1
    signing_key: int = 0
    gaps: LocalGaps = LocalGaps()

    @classmethod
    def from_context(cls, context: Any) -> Self:
        """Read the deployment from a construct node's context.

        Raises:
            ValueError: a value is missing or contradicts another; the sentence says which.
        """
        text = {name: str(context.try_get_context(name) or "") for name in CONTEXT}
        given: dict[str, Any] = {name: value for name, value in text.items() if value}
        for name in NUMBERS:
            if name in given:
                if not given[name].isdecimal():
                    raise ValueError(f"-c {name}={given[name]}: give a whole number.")
                given[name] = int(given[name])
        day_seconds = given.pop("day_seconds", 86_400)
        if context.try_get_context("target") == "local":
            given = LOCAL | given
            gaps = LocalGaps(
                plain_http=True,
                host_architecture=True,
                played_payments=True,
                payment_retry_seconds="1,2",
                payment_circuit_seconds=2,
                no_table_exports=True,
                no_custom_domain=True,
                loopback_webhooks=True,
                mailed_lines=True,
                webhook_retry_seconds="1,1",
                day_seconds=day_seconds,
            )
            made = cls(**given, settle_seconds=2, days_ahead=30, gaps=gaps)
        elif day_seconds != 86_400:
            raise ValueError(f"-c day_seconds={day_seconds}: days are shorter only on the local cloud.")
        else:
            made = cls(**given)
        made.check()
        return made

    def check(self) -> None:
        """Refuse what cannot work.

        Raises:
            ValueError: says what to set.
            ConfigurationError: there is no such profile.
        """
        profile = load_profile(self.profile)
        if profile.registration.proof and not (self.line_origination or self.gaps.mailed_lines):
            raise ValueError(f"The profile {self.profile} proves telephone lines: set -c line_origination=….")
        if not self.stage.isalnum() or not self.stage.islower():
            raise ValueError(f"-c stage={self.stage}: a stage is lower-case letters and digits.")
        if bool(self.domain) != bool(self.certificate_arn):
            raise ValueError("Set both -c domain=… and -c certificate_arn=…, or neither.")
        if self.representative_mfa not in ("required", "optional"):
            raise ValueError("-c representative_mfa=…: give required or optional.")
        if self.account_mails not in ("ses", "cognito"):
            raise ValueError("-c account_mails=…: give ses or cognito.")
        if self.signing_keys < 1:
            raise ValueError("-c signing_keys=0: there is at least one key.")
        if self.signing_key > self.signing_keys:
            raise ValueError(
                f"-c signing_key={self.signing_key}: there are {self.signing_keys} keys (-c signing_keys)."
            )
        if self.kept and self.sender.endswith(".example"):
            raise ValueError("Set -c sender=no-reply@your-domain: production mails need an address of yours.")
        if self.kept and not self.domain:
            raise ValueError("Set -c domain=… and -c certificate_arn=…: links in production mails point to it.")

    @property
    def kept(self) -> bool:
        """Whether data outlives the stacks."""
        return self.stage in KEPT_STAGES

    @property
    def account_mails_by_ses(self) -> bool:
        """Whether codes come from the sender's address."""
        return self.account_mails == "ses"

    @property
    def signs(self) -> int:
        """Index of the key that signs, oldest first."""
        return (self.signing_key or self.signing_keys) - 1

    @property
    def removal(self) -> RemovalPolicy:
        """What happens to data when a stack is deleted."""
        return RemovalPolicy.RETAIN if self.kept else RemovalPolicy.DESTROY

    @property
    def log_retention(self) -> logs.RetentionDays:
        """How long logs are kept; they hold no personal data."""
        return logs.RetentionDays.ONE_YEAR if self.kept else logs.RetentionDays.ONE_MONTH

    @property
    def architecture(self) -> lambda_.Architecture:
        """arm64, except where functions are this machine's processes."""
        arm = not self.gaps.host_architecture or platform.machine() in ("aarch64", "arm64")
        return lambda_.Architecture.ARM_64 if arm else lambda_.Architecture.X86_64

    @property
    def layer_suffix(self) -> str:
        """Name of the architecture in `build/layers/<layer>-<suffix>`."""
        return "arm64" if self.architecture == lambda_.Architecture.ARM_64 else "x86_64"

    @property
    def prefix(self) -> str:
        """Beginning of the names that must be known before they exist."""
        return f"quietline-{self.stage}"


CONTEXT = (
    "stage",
    "profile",
    "sender",
    "alarm_email",
    "domain",
    "certificate_arn",
    "site_url",
    "payments_url",
    "line_origination",
    "emulator_url",
    "account_mails",
    "representative_mfa",
    "signing_keys",
    "signing_key",
    "day_seconds",
)
NUMBERS = ("signing_keys", "signing_key", "day_seconds")
LOCAL = {
    "stage": "local",
    "site_url": "http://127.0.0.1:4570",
    "payments_url": "http://127.0.0.1:4572",
    "emulator_url": "http://127.0.0.1:4566",
    "account_mails": "ses",
}
