"""The statement: every entry of the ledger that concerns the organization, what it still owes, and its credit."""

from typing import TYPE_CHECKING, Any

from quietline.kernel.money import Money
from quietline.ledger.model import Entry, credit, receivable

from functions.portal import wiring, words
from functions.portal.frame import Answer, Request, Who, html, page

if TYPE_CHECKING:
    from quietline.ledger.service import Statement


@page("GET", "ledger", Who.MEMBER)
def show(request: Request) -> Answer:
    """Show the statement, newest entry first."""
    organization_id = request.member.organization_id
    statement = wiring.ledger().statement(organization_id)
    owed = _held(statement, receivable(organization_id))
    return html(
        request,
        "ledger",
        entries=[_entry(request, one) for one in reversed(statement.entries)],
        balance=owed or words.money(Money(0, request.profile.currency)),
        # what is owed to the organization is below zero
        credit=_held(statement, credit(organization_id), sign=-1),
    )


def _held(statement: "Statement", account: str, *, sign: int = 1) -> str:
    """Return what an account holds, in each currency; empty for nothing."""
    return ", ".join(
        words.money(Money(sign * amount, currency))
        for (currency, name), amount in statement.balances.items()
        if name == account
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
