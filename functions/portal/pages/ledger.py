"""The statement: every entry of the ledger that concerns the organization, and what it still owes."""

from typing import Any

from quietline.kernel.money import Money
from quietline.ledger.model import Entry, receivable

from functions.portal import wiring, words
from functions.portal.frame import Answer, Request, Who, html, page


@page("GET", "ledger", Who.MEMBER)
def show(request: Request) -> Answer:
    """Show the statement, newest entry first."""
    organization_id = request.member.organization_id
    statement = wiring.ledger().statement(organization_id)
    owed = [
        Money(amount, currency)
        for (currency, account), amount in statement.balances.items()
        if account == receivable(organization_id)
    ]
    return html(
        request,
        "ledger",
        entries=[_entry(request, one) for one in reversed(statement.entries)],
        balance=", ".join(map(words.money, owed)) or words.money(Money(0, request.profile.currency)),
    )


def _entry(request: Request, entry: Entry) -> dict[str, Any]:
    own = request.text["ledger"]
    return {
        "at": words.instant(request, entry.at),
        "what": own["kinds"][entry.kind],
        "order_id": entry.order_id,
        "postings": [
            {
                "account": own["accounts"][one.account.partition(":")[0]],
                "amount": words.money(Money(one.amount, entry.currency)),
            }
            for one in entry.postings
        ],
    }
