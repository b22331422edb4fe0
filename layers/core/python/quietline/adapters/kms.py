"""KMS as the cipher of e-mail addresses."""

import base64
import binascii
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from quietline.adapters.aws import client
from quietline.kernel.errors import ConfigurationError

PURPOSE = "quietline:purpose"
"""Encryption context: authenticated with every ciphertext, readable in the key's audit log, asked for by its policy."""
MAILBOX = "mailbox"
"""Purpose of addresses that mails go to: the mailer reads them."""
ORGANIZATION = "organization"
"""Purpose of what an organization's own people may read again; who can read this can read no mailbox."""
WEBHOOK_CONTEXT = {"quietline:purpose": "webhook-secret"}
"""The same for the secrets that sign webhooks."""


@dataclass(frozen=True)
class KmsMailboxCipher:
    """Encrypts addresses directly with a symmetric KMS key (addresses are far below its 4 kB).

    Attributes:
        key_id: id or ARN of the key.
        purpose: whoever decrypts must name the same.
    """

    key_id: str
    purpose: str = MAILBOX
    _client: Any = field(default=None, repr=False)

    def encrypt(self, address: str) -> str:
        """Return the address encrypted, as base64."""
        answer = self._kms.encrypt(
            KeyId=self.key_id, Plaintext=address.encode(), EncryptionContext={PURPOSE: self.purpose}
        )
        return base64.b64encode(answer["CiphertextBlob"]).decode()

    def decrypt(self, ciphertext: str) -> str:
        """Return the address.

        Raises:
            ConfigurationError: the text is not what `encrypt` made.
        """
        try:
            blob = base64.b64decode(ciphertext, validate=True)
        except binascii.Error as error:
            raise ConfigurationError("A stored address is not readable.") from error
        answer = self._kms.decrypt(KeyId=self.key_id, CiphertextBlob=blob, EncryptionContext={PURPOSE: self.purpose})
        return bytes(answer["Plaintext"]).decode()

    @property
    def _kms(self) -> Any:
        return self._client or client("kms")


@dataclass(frozen=True)
class KmsSecretCipher:
    """Encrypts secrets that sign webhooks, with a key of their own: who signs cannot read addresses.

    Attributes:
        key_id: id or ARN of the key.
    """

    key_id: str

    def encrypt(self, text: str) -> str:
        """Return the secret encrypted, as base64."""
        answer = client("kms").encrypt(KeyId=self.key_id, Plaintext=text.encode(), EncryptionContext=WEBHOOK_CONTEXT)
        return base64.b64encode(answer["CiphertextBlob"]).decode()

    def decrypt(self, ciphertext: str) -> str:
        """Return the secret; the last thousand stay in memory, so that a day's deliveries ask KMS once."""
        return _webhook_secret(self.key_id, ciphertext)


@lru_cache(maxsize=1000)
def _webhook_secret(key_id: str, ciphertext: str) -> str:
    answer = client("kms").decrypt(
        KeyId=key_id, CiphertextBlob=base64.b64decode(ciphertext), EncryptionContext=WEBHOOK_CONTEXT
    )
    return bytes(answer["Plaintext"]).decode()
