"""People's accounts at the identity provider."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.adapters.cognito_accounts import CognitoAccounts, CognitoPeople


@cache
def accounts(client_id: str) -> "CognitoAccounts":
    """Return what people do with their own account, through a public client of the user pool."""
    from quietline.adapters.cognito_accounts import CognitoAccounts

    return CognitoAccounts(client_id)


@cache
def people(user_pool_id: str) -> "CognitoPeople":
    """Return what the registry asks about people."""
    from quietline.adapters.cognito_accounts import CognitoPeople

    return CognitoPeople(user_pool_id)
