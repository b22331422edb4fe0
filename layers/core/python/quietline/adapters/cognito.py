"""Machine clients in Cognito: OAuth2 client credentials with one scope."""

from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from quietline.adapters.aws import client

SCOPE = "quietline/lists"
TOKEN_MINUTES = 60


@dataclass(frozen=True)
class CognitoClients:
    """`sellers.ports.IdentityProvider` on a Cognito user pool.

    Attributes:
        user_pool_id: the pool, e.g. `us-east-1_AbCdEfGhI`.
        scope: what its clients' tokens allow.
    """

    user_pool_id: str
    scope: str = SCOPE
    _client: Any = field(default=None, repr=False)

    def create_client(self, name: str) -> tuple[str, str]:
        """Make a machine client; return its id and secret."""
        answer = self._cognito.create_user_pool_client(
            UserPoolId=self.user_pool_id,
            ClientName=name,
            GenerateSecret=True,
            AllowedOAuthFlows=["client_credentials"],
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthScopes=[self.scope],
            AccessTokenValidity=TOKEN_MINUTES,
            TokenValidityUnits={"AccessToken": "minutes"},
            EnableTokenRevocation=True,
        )["UserPoolClient"]
        return str(answer["ClientId"]), str(answer["ClientSecret"])

    def delete_client(self, client_id: str) -> None:
        """Remove a machine client, unless it is gone; its tokens live on until they expire."""
        try:
            self._cognito.delete_user_pool_client(UserPoolId=self.user_pool_id, ClientId=client_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise

    @property
    def _cognito(self) -> Any:
        return self._client or client("cognito-idp")
