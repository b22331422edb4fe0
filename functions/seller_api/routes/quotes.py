"""What areas would cost, explained."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.seller_api.routes.models import InModel, LineOut, MoneyOut, example
from functions.seller_api.wiring import app, caller, language, member, orders

if TYPE_CHECKING:
    from quietline.fees.model import Advice, Coverage, QuoteLine
    from quietline.orders.service import Offer
    from quietline.profiles.profile import Profile

type Area = Annotated[str, Field(min_length=1, max_length=8)]


class QuoteIn(InModel):
    """Areas to price, or a call list's different numbers by area; the numbers themselves never come here."""

    model_config = example({"areas": ["202", "301", "410", "443", "571", "703"]})

    areas: Annotated[
        list[Area], Field(max_length=1000, description="Empty with a call list: all of its areas that are served.")
    ] = Field(default_factory=list, examples=[["202", "301", "410", "443", "571", "703"]])
    renew: Annotated[bool, Field(description="Price the term after the running one.")] = False
    months: Annotated[
        int | None, Field(ge=0, le=120, description="How long, where the profile offers several lengths.")
    ] = None
    call_list: Annotated[
        dict[Area, Annotated[int, Field(ge=0, le=10**10)]] | None,
        Field(
            min_length=1,
            max_length=1000,
            examples=[{"202": 5000, "703": 1200}],
            description="How many different numbers of a call list are in each area.",
        ),
    ] = None


class QuoteLineOut(LineOut):
    """A line, why it costs that, and where the amount stands."""

    sentence: Annotated[str, Field(examples=["1 area at 85.00 USD each, the fee of fiscal year 2027."])]
    source: Annotated[str, Field(examples=["FY2027: FTC notice of August 2026, as integrators cite it"])]
    basis: Annotated[str, Field(examples=["published", "computed", "unverified"])]

    @classmethod
    def told(cls, line: "QuoteLine", sentence: str) -> "QuoteLineOut":
        """Return the answer's form."""
        plain = LineOut.of(line).model_dump()
        return cls(**plain, sentence=sentence, source=line.source, basis=line.basis)


class AdviceOut(Model):
    """Something to know before ordering: a kind, the facts, and the sentence made of them."""

    kind: Annotated[str, Field(examples=["cap_reached", "wait_late", "free_cover"])]
    sentence: str
    facts: dict[str, MoneyOut | int | str]

    @classmethod
    def told(cls, advice: "Advice", sentence: str) -> "AdviceOut":
        """Return the answer's form."""
        from quietline.kernel.money import Money

        facts: dict[str, MoneyOut | int | str] = {
            name: MoneyOut.of(fact) if isinstance(fact, Money) else fact if isinstance(fact, int) else str(fact)
            for name, fact in advice.facts.items()
        }
        return cls(kind=advice.kind, sentence=sentence, facts=facts)


class CoverageRowOut(Model):
    """An area of the call list; `covered` and `total` are of this and the areas before it."""

    area: str
    numbers: int
    covered: int
    held: bool
    total: MoneyOut


class CoverageOut(Model):
    """The call list by area, the largest first; `free` are the areas for which the free ones serve best."""

    numbers: int
    not_served: int
    free: list[str]
    areas: list[CoverageRowOut]

    @classmethod
    def of(cls, found: "Coverage") -> "CoverageOut":
        """Return the answer's form."""
        rows = [
            CoverageRowOut(
                area=row.area, numbers=row.numbers, covered=row.covered, held=row.held, total=MoneyOut.of(row.total)
            )
            for row in found.rows
        ]
        return cls(numbers=found.numbers, not_served=found.not_served, free=list(found.free), areas=rows)


class QuoteOut(Model):
    """What the areas would cost now; `term_end` is the first day after the term."""

    areas: list[str]
    lines: list[QuoteLineOut]
    total: MoneyOut
    term_start: str
    term_end: str
    renew: bool
    language: str
    advice: list[AdviceOut]
    coverage: CoverageOut | None

    @classmethod
    def of(cls, profile: "Profile", offer: "Offer", tongue: str) -> "QuoteOut":
        """Return the answer's form in a language."""
        from quietline.fees import explain

        quote = offer.quote
        return cls(
            areas=list(quote.areas),
            lines=[
                QuoteLineOut.told(line, explain.line_sentence(profile, quote, line, tongue)) for line in quote.lines
            ],
            total=MoneyOut.of(quote.total),
            term_start=quote.term.start.isoformat(),
            term_end=quote.term.end.isoformat(),
            renew=quote.renews,
            language=tongue,
            advice=[AdviceOut.told(one, explain.advice_sentence(one, tongue)) for one in quote.advice],
            coverage=CoverageOut.of(offer.coverage) if offer.coverage else None,
        )


@route(
    app,
    "POST",
    "/v1/quotes",
    Rule.MEMBER,
    summary="Price areas",
    description=(
        "The price of an order placed now, line by line, with advice; nothing is stored. Sentences are in the first "
        "language of `Accept-Language` that the registry has, else in the organization's. A call list is given by its "
        "counts only: `quietline quote --call-list leads.csv` counts on your machine."
    ),
    tags=["Orders"],
    operation_id="quote",
    responses=documented(200, "The price.", QuoteOut, 400, 401, 403, 409, 413, 415),
)
def quote(body: QuoteIn) -> QuoteOut:
    """Price areas."""
    from quietline.orders.model import Buyer
    from quietline.orders.service import Wanted

    acts = member()
    asks = Buyer(acts.organization_id, caller().sub, exempt=acts.exempt, certified=bool(acts.san))
    offer = orders().offer(asks, Wanted(tuple(body.areas), body.renew, body.months, body.call_list))
    return QuoteOut.of(orders().profile, offer, language() or offer.language)
