"""A case's facts in the words of the page's language."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from quietline.kernel.phone import PhoneNumber, area_of, national
from quietline.pages.charts import day_bars, state_map

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quietline.cases.model import Accusation, Case

    from functions.console.frame import Request

COLOURS = {"open": "blue", "decided": "yellow", "closed": "green"}
"""Colour of a status' tag, beside the word that says it."""


def caller(request: "Request", case: "Case") -> str:
    """Return who is accused: name, number, or both."""
    number = shown_number(request, case.caller_number)
    return ", ".join(part for part in (case.caller_name, number) if part)


def shown_number(request: "Request", e164: str) -> str:
    """Return a number as its country writes it; one of another country with its calling code."""
    ours = f"+{request.profile.numbering.calling_code}"
    return national(PhoneNumber(e164)) if e164.startswith(ours) else e164


def subject(request: "Request", code: int) -> str:
    """Return what a call was about."""
    known = request.profile.complaints.subject(code)
    return known.label[request.language] if known else str(code)


def state_of(request: "Request", accusation: "Accusation") -> str:
    """Return the state of the number that was called; empty where the area is none of the registry."""
    area = area_of(PhoneNumber(accusation.called), request.profile.rules)
    return request.profile.state_of_area.get(area, "")


def pictures(request: "Request", accusations: "Sequence[Accusation]") -> dict[str, Any]:
    """Return `map`, `bars` and the tables beside them, of a case's complaints."""
    states = Counter(state_of(request, one) for one in accusations)
    days = Counter(request.profile.local_date(one.called_at) for one in accusations)
    states.pop("", None)
    drawn = state_map(request.profile.name, request.language, states)
    bars = day_bars(days)
    own = request.text["cases"]
    names = {tile["name"]: tile["count"] for tile in drawn.tiles if tile["count"]} if drawn else dict(states)
    by_state = sorted(names.items(), key=lambda pair: (-pair[1], pair[0]))
    if bars:
        for bar in bars.bars:
            first, last = request.day(bar["first"]), request.day(bar["last"])
            bar["label"] = first if first == last else f"{first} – {last}"
    return {
        "map": drawn,
        "bars": bars,
        "by_state": [{"name": name, "count": count} for name, count in by_state],
        "map_label": own["map_label"].replace("{states}", ", ".join(f"{name} {count}" for name, count in by_state[:8])),
        "bars_label": _bars_label(own, bars.bars) if bars else "",
    }


def _bars_label(own: dict[str, str], bars: list[dict[str, Any]]) -> str:
    most = max(bars, key=lambda bar: int(bar["count"]))
    text = own["bars_label"].replace("{first}", bars[0]["label"]).replace("{last}", bars[-1]["label"])
    return text.replace("{most}", str(most["count"])).replace("{day}", most["label"])
