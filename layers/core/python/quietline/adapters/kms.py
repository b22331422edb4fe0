"""KMS as the cipher of e-mail addresses."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any

from quietline.adapters.aws import client
from quietline.kernel.errors import ConfigurationError

CONTEXT = {"quietline:purpose": "mailbox"}
"""Encryption context: authenticated with every ciphertext, readable in the key's audit log, asked for by its policy."""


@dataclass(frozen=True)
class KmsMailboxCipher:
    """Encrypts addresses directly with a symmetric KMS key (addresses are far below its 4 kB).

    Attributes:
        key_id: id or ARN of the key.
    """

    key_id: str
    _client: Any = field(default=None, repr=False)

    def encrypt(self, address: str) -> str:
        """Return the address encrypted, as base64."""
        answer = self._kms.encrypt(KeyId=self.key_id, Plaintext=address.encode(), EncryptionContext=CONTEXT)
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
        answer = self._kms.decrypt(KeyId=self.key_id, CiphertextBlob=blob, EncryptionContext=CONTEXT)
        return bytes(answer["Plaintext"]).decode()

    @property
    def _kms(self) -> Any:
        return self._client or client("kms")
