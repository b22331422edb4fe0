"""People's accounts at the identity provider."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.adapters.cognito_accounts import CognitoAccounts, CognitoPeople
    from quietline.sellers.second_factor import FactorService


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


def second_factors(user_pool_id: str, sellers_table: str, cases_table: str) -> "FactorService":
    """Return what an operator takes second factors off with."""
    from quietline.adapters.cognito_accounts import CognitoFactors
    from quietline.adapters.dynamodb.factors import DynamoFactorLog
    from quietline.adapters.dynamodb.sessions import DynamoSessions
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.sellers.second_factor import FactorService
    from quietline.sessions.service import SessionEnd

    sellers, cases = Table(sellers_table), Table(cases_table)
    return FactorService(
        accounts=CognitoFactors(people(user_pool_id)),
        log=DynamoFactorLog(sellers, cases),
        # the portal's sessions and the console's
        sessions=[SessionEnd(DynamoSessions(table)) for table in (sellers, cases)],
        clock=SystemClock(),
    )
