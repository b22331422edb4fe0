"""What several features need: secrets, keys, ciphers, the registry of record."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.adapters.signing import KmsSigner, SandboxSigner
    from quietline.mails.links import LinkSigner
    from quietline.mails.ports import MailboxCipher
    from quietline.registrations.ports import NumberStore


@cache
def app_secret(secret_id: str) -> bytes:
    """Return the deployment's app secret; links and hashes derive their own keys from it."""
    from quietline.adapters.secrets import secret_text

    return secret_text(secret_id).encode()


@cache
def link_signer(secret_id: str) -> "LinkSigner":
    """Return what derives and checks the tokens of mailed links."""
    from quietline.mails.links import LinkSigner

    return LinkSigner(app_secret(secret_id))


@cache
def mailbox_cipher(key_id: str) -> "MailboxCipher":
    """Return what encrypts e-mail addresses."""
    from quietline.adapters.kms import KmsMailboxCipher

    return KmsMailboxCipher(key_id)


@cache
def organization_cipher(key_id: str) -> "MailboxCipher":
    """Return what encrypts what an organization's own people may read again."""
    from quietline.adapters.kms import ORGANIZATION, KmsMailboxCipher

    return KmsMailboxCipher(key_id, ORGANIZATION)


@cache
def numbers(registry_table: str) -> "NumberStore":
    """Return the registry of record."""
    from quietline.adapters.dynamodb.numbers import DynamoNumbers
    from quietline.adapters.dynamodb.table import Table

    return DynamoNumbers(Table(registry_table))


@cache
def signer(key_ids: str) -> "KmsSigner":
    """Return what signs manifests, receipts and lookups, and knows the public keys."""
    from quietline.adapters.signing import KmsSigner

    return KmsSigner(key_ids)


@cache
def sandbox_signer(key_ids: str) -> "SandboxSigner":
    """Return the same, but everything it signs says that it is of the sandbox."""
    from quietline.adapters.signing import SandboxSigner

    return SandboxSigner(signer(key_ids))
