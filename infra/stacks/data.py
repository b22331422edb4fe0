"""Everything that must survive: tables, buckets, keys, secrets, people. Production keeps all of it (RETAIN)."""

import html
import tomllib
from pathlib import Path
from typing import Any

from aws_cdk import Duration, SecretValue, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct
from quietline.profiles import load_profile

from infra.constructs.table import key_value_table, table
from infra.deployment import Deployment
from infra.stacks import opendata
from infra.stacks.evidence import evidence_bucket

TEXTS = Path(__file__).parents[2] / "layers/core/python/quietline/mails/texts"
SCOPE_SERVER = "quietline"
SCOPES = {
    "lists": "Download lists and look numbers up",
    "carriers": "Report disconnected and reassigned lines",
    "reporters": "Send complaints in batches",
}

OPERATIONS_DAYS = 30
"""How long the operators' private files are kept: a month to look at refused lines and differences."""


class DataStack(Stack):
    """State; other stacks point here and never the other way round."""

    def __init__(self, scope: Construct, name: str, deployment: Deployment, **kwargs: Any) -> None:
        super().__init__(scope, name, **kwargs)
        self.deployment = deployment
        self.registry = table(self, "Registry", deployment)
        self.sellers = table(self, "Sellers", deployment)
        self.cases = table(self, "Cases", deployment)
        self.idempotency = key_value_table(self, "Idempotency", deployment)
        self.access_logs = self._bucket("AccessLogs", expire_days=90)
        self.lists = self._bucket("Lists", logs=self.access_logs)
        # whatever is rendered on demand can be rendered again
        self.lists.add_lifecycle_rule(
            prefix="renders/", expiration=Duration.days(30), noncurrent_version_expiration=Duration.days(1)
        )
        # what operators import, what was refused, what a reconciliation found: whole numbers, so nothing stays
        self.operations = self._bucket(
            "Operations", logs=self.access_logs, expire_days=OPERATIONS_DAYS, versioned=False
        )
        self.operations.add_lifecycle_rule(prefix="exports/", expiration=Duration.days(1))
        self.washes = self._washes_bucket()
        self.open_data = opendata.bucket(self)
        self.pii_key = kms.Key(
            self,
            "PiiKey",
            description="Encrypts e-mail addresses",
            enable_key_rotation=True,
            removal_policy=deployment.removal,
        )
        self.evidence = evidence_bucket(self)
        # oldest first; KMS rotates no asymmetric key by itself (docs/how-to/rotate-signing-key.md)
        self.signing_keys = [
            kms.Key(
                self,
                f"SigningKey{number if number > 1 else ''}",
                description="Signs manifests, receipts and lookups (ES256)",
                key_spec=kms.KeySpec.ECC_NIST_P256,
                key_usage=kms.KeyUsage.SIGN_VERIFY,
                removal_policy=deployment.removal,
            )
            for number in range(1, deployment.signing_keys + 1)
        ]
        self.webhook_key = kms.Key(
            self,
            "WebhookKey",
            description="Encrypts the secrets that sign outbound webhooks",
            enable_key_rotation=True,
            removal_policy=deployment.removal,
        )
        self.app_secret = secretsmanager.Secret(
            self,
            "AppSecret",
            description="Keys of mailed links and of the e-mail hash",
            generate_secret_string=secretsmanager.SecretStringGenerator(password_length=64, exclude_punctuation=True),
            removal_policy=deployment.removal,
        )
        self.stripe_secret = secretsmanager.Secret(
            self,
            "StripeSecret",
            description='{"api_key": "...", "webhook_secrets": ["whsec_..."]}; set after the first deployment',
            secret_object_value={
                "api_key": SecretValue.unsafe_plain_text("set-me"),
                "webhook_secrets": SecretValue.unsafe_plain_text("set-me"),
            },
            removal_policy=deployment.removal,
        )
        self._people()

    @property
    def signing_key(self) -> kms.Key:
        """The key that signs."""
        return self.signing_keys[self.deployment.signs]

    @property
    def signing_key_ids(self) -> str:
        """The signing keys as functions read them: first the one that signs, then the others, newest first."""
        others = [key for key in reversed(self.signing_keys) if key is not self.signing_key]
        return ",".join(key.key_arn for key in (self.signing_key, *others))

    @property
    def signable_key_arns(self) -> list[str]:
        """Keys that functions may sign with: the one that signs and its neighbours.

        While a deployment changes the key, functions of the version before and of the next one sign side by side.
        """
        signs = self.deployment.signs
        return [key.key_arn for key in self.signing_keys[max(0, signs - 1) : signs + 2]]

    def _bucket(
        self, name: str, logs: s3.IBucket | None = None, expire_days: int = 0, versioned: bool = True
    ) -> s3.Bucket:
        return s3.Bucket(
            self,
            name,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=versioned and logs is not None,
            server_access_logs_bucket=logs,
            server_access_logs_prefix=f"{name.lower()}/" if logs else None,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                    expiration=Duration.days(expire_days) if expire_days else None,
                )
            ],
            removal_policy=self.deployment.removal,
        )

    def _washes_bucket(self) -> s3.Bucket:
        """Call lists and their answers: nothing in it outlives its days, and no version of it is kept."""
        days = load_profile(self.deployment.profile).washes.answer_days
        bucket = s3.Bucket(
            self,
            "Washes",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            server_access_logs_bucket=self.access_logs,
            server_access_logs_prefix="washes/",
            lifecycle_rules=[
                s3.LifecycleRule(prefix="uploads/", expiration=Duration.days(2)),
                s3.LifecycleRule(prefix="answers/", expiration=Duration.days(days + 1)),
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1)),
            ],
            removal_policy=self.deployment.removal,
        )
        resource = bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        # the property itself: CDK's own switch would add a function that sets it
        resource.add_property_override("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True)
        return bucket

    def _account_sender(self) -> cognito.UserPoolEmail | None:
        """SES once its identity is verified; before, Cognito's own sender, which takes 50 mails a day."""
        if not self.deployment.account_mails_by_ses:
            return None
        sender = self.deployment.sender
        return cognito.UserPoolEmail.with_ses(
            from_email=sender, ses_region=self.region, ses_verified_domain=sender.split("@", 1)[1]
        )

    def _people(self) -> None:
        self.user_pool = cognito.UserPool(
            self,
            "People",
            sign_in_aliases=cognito.SignInAliases(email=True),
            self_sign_up_enabled=True,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            user_verification=account_mail(self.deployment.profile),
            email=self._account_sender(),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
            ),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=self.deployment.kept,
            removal_policy=self.deployment.removal,
        )
        # an investigator is of the profile's first agency unless a group says of which
        agencies = load_profile(self.deployment.profile).cases.agency_keys
        for group in ("investigator", "supervisor", "operator", *(f"agency-{key}" for key in agencies)):
            name = "".join(part.title() for part in group.split("-"))
            cognito.CfnUserPoolGroup(self, f"Group{name}", user_pool_id=self.user_pool.user_pool_id, group_name=group)
        self.user_pool.add_resource_server(
            "Scopes",
            identifier=SCOPE_SERVER,
            scopes=[
                cognito.ResourceServerScope(scope_name=scope, scope_description=text) for scope, text in SCOPES.items()
            ],
        )
        self.user_pool_domain = self.user_pool.add_domain(
            "SignIn",
            cognito_domain=cognito.CognitoDomainOptions(
                domain_prefix=f"{self.deployment.prefix}-{self.deployment.profile}"
            ),
        )
        self.cli_client = self.user_pool.add_client(
            "Cli",
            auth_flows=cognito.AuthFlow(user_password=True, user_srp=True),
            generate_secret=False,
            prevent_user_existence_errors=True,
            access_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(30),
            enable_token_revocation=True,
            disable_o_auth=True,
        )
        # the portal has sessions of its own: these tokens serve for the minutes in which a second factor is set up
        self.portal_client = self.user_pool.add_client(
            "Portal",
            auth_flows=cognito.AuthFlow(user_password=True),
            generate_secret=False,
            prevent_user_existence_errors=True,
            access_token_validity=Duration.minutes(15),
            refresh_token_validity=Duration.hours(1),
            enable_token_revocation=True,
            disable_o_auth=True,
        )


def account_mail(profile: str) -> cognito.UserVerificationConfig:
    """Return the mail with the code, in all languages of a profile: Cognito knows none of its readers' languages."""
    known = load_profile(profile)
    texts = [tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8")) for language in known.languages]
    parts = [text["account-code"] for text in texts]
    body = "<hr>".join(
        f'<div lang="{language}">'
        + "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in part["body"].strip().split("\n\n"))
        + "</div>"
        for language, part in zip(known.languages, parts, strict=True)
    )
    return cognito.UserVerificationConfig(
        email_style=cognito.VerificationEmailStyle.CODE,
        email_subject=" / ".join(part["subject"] for part in parts),
        email_body=f"{body}<p>{html.escape(' / '.join(known.title.values()))}</p>",
    )
