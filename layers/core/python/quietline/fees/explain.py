"""Says in sentences what a quote's lines and advice mean, in a language of the profile."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from quietline.fees.model import Advice, Basis, Fact, LineKind, Quote, QuoteLine
from quietline.fees.pricing import Purchase
from quietline.kernel.errors import ConfigurationError
from quietline.kernel.money import Money
from quietline.profiles.profile import Profile

TEXTS = Path(__file__).parent / "texts"


def line_sentence(profile: Profile, quote: Quote, line: QuoteLine, language: str) -> str:
    """Return why a line costs what it costs."""
    words = texts(language)
    tariff = profile.fees.tariff(months=quote.term.months)
    if tariff is None:
        raise ConfigurationError(f"The profile {profile.name} sells nothing for {quote.term.months} months.")
    bought = Purchase(tariff, profile.currency, quote.term, quote.on)
    year_of = bought.capped_on if line.kind is LineKind.CAP else quote.on
    values: dict[str, Any] = {
        "units": counted(line.count, tariff.unit, language),
        "unit": line.unit.text(),
        "amount": Money(abs(line.amount.minor), line.amount.currency).text(),
        "free": tariff.free,
        "month": tariff.late_from_month,
        "year": profile.fees.year(year_of),
        "maximum": Money(bought.cap.maximum or 0, profile.currency).text(),
    }
    sentence = str(words["lines"][line.kind]).format(**values)
    doubt = words["basis"].get(line.basis, "") if line.basis is not Basis.PUBLISHED else ""
    return f"{sentence} {doubt}".strip()


def advice_sentence(advice: Advice, language: str) -> str:
    """Return a piece of advice as a sentence."""
    words = texts(language)
    values = {name: _shown(fact, words["months"]) for name, fact in advice.facts.items()}
    one = str(words["advice"].get(f"{advice.kind}_{_number(advice)}", ""))
    return (one or str(words["advice"][advice.kind])).format(**values)


def counted(count: int, unit: str, language: str) -> str:
    """Return a count and what is counted, e.g. `1 area`, `1,200 areas`."""
    one, many = texts(language)["units"].get(unit, (unit, unit))
    return f"{count:,} {one if count == 1 else many}"


@cache
def texts(language: str) -> dict[str, Any]:
    """Return the texts.

    Raises:
        ConfigurationError: there are none in the language.
    """
    path = TEXTS / f"{language}.toml"
    if not language.isalpha() or not path.is_file():
        raise ConfigurationError(f"There are no texts of fees in the language {language!r}.")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _number(advice: Advice) -> str:
    """Return `none` or `one` for the advice's main count, for which another sentence may stand."""
    count = next((advice.facts[name] for name in ("further", "rest", "count", "areas") if name in advice.facts), 2)
    return {0: "none", 1: "one"}.get(count, "") if isinstance(count, int) else ""


def _shown(fact: Fact, months: list[str]) -> str:
    if isinstance(fact, Money):
        return fact.text()
    if isinstance(fact, date):
        return months[12].format(day=fact.day, month=months[fact.month - 1], year=fact.year)
    return f"{fact:,}" if isinstance(fact, int) else fact
