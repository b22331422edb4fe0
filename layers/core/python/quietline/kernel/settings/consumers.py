"""Settings of the functions that consumers meet."""

from dataclasses import dataclass

from quietline.kernel.settings.base import Settings


@dataclass(frozen=True, kw_only=True)
class PublicApiSettings(Settings):
    """`public_api`: registrations, complaints, manifests, keys."""

    registry_table: str
    cases_table: str
    evidence_bucket: str
    sellers_table: str
    """Of which it reads the public directory alone."""
    lists_bucket: str
    pii_key_id: str
    signing_key_ids: str
    """KMS key ids or ARNs separated by commas: the first signs, all are published, so old manifests still verify."""
    app_secret_id: str
    line_codes: int = 0
    """1 where codes can be told to telephone lines; the profile says by which channels."""


@dataclass(frozen=True, kw_only=True)
class SiteFormsSettings(Settings):
    """`site_forms`: the hosted pages' forms, rendered on the server."""

    registry_table: str
    cases_table: str
    evidence_bucket: str
    sellers_table: str
    """Of which it reads the public directory, and keeps stop requests."""
    pii_key_id: str
    app_secret_id: str
    site_url: str
    """Where the site is reached, without a trailing slash: the storage sends browsers back there."""
    signing_key_ids: str
    """Sign certificates of registration."""
    line_codes: int = 0
    """1 where codes can be told to telephone lines; the profile says by which channels."""
