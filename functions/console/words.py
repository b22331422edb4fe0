"""A case's facts in the words of the page's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from quietline.cases.model import SYSTEM, Action
from quietline.kernel.phone import PhoneNumber, area_of, national
from quietline.pages.charts import day_bars, state_map

from functions.console import wiring

if TYPE_CHECKING:
    from quietline.cases.model import Accusation, Case
    from quietline.cases.people import Colleague

    from functions.console.frame import Request

NOBODY = "nobody"
"""Detail of an assignment to nobody."""
COLOURS = {"open": "blue", "decided": "yellow", "closed": "green", "merged": "grey"}
"""Colour of a status' tag, beside the word that says it."""


@dataclass(frozen=True)
class Names:
    """What colleagues are called; of one without a name the end of the id."""

    everybody: "tuple[Colleague, ...]"
    system: str

    def of(self, sub: str) -> str:
        """Return somebody's name; of what no person did the registry's."""
        if sub == SYSTEM:
            return self.system
        found = next((one.name for one in self.everybody if one.sub == sub), "")
        return found or f"…{sub[-6:]}"


def names(request: "Request") -> Names:
    """Return what colleagues are called."""
    return Names(wiring.reader().colleagues(request.investigator), str(request.text["cases"]["system"]))


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


def agency(request: "Request", case: "Case") -> str:
    """Return which agency works a case."""
    if case.joint:
        return str(request.text["cases"]["both_agencies"])
    return agency_name(request, case.agency)


def agency_name(request: "Request", key: str) -> str:
    """Return an agency's name."""
    known = (one.name[request.language] for one in request.profile.cases.agencies if one.key == key)
    return next(known, key)


def state_of(request: "Request", accusation: "Accusation") -> str:
    """Return the state of the number that was called; empty where the area is none of the registry."""
    area = area_of(PhoneNumber(accusation.called), request.profile.rules)
    return request.profile.state_of_area.get(area, "")


def action(request: "Request", name: str, detail: str, people: Names) -> dict[str, str]:
    """Return what an entry of a log says: `action` and `detail`; of an assignment the detail is a colleague's name."""
    own = request.text["cases"]
    if name == Action.ASSIGNED:
        detail = people.of(detail) if detail != NOBODY else request.text["queue"]["nobody"]
    return {"action": own["actions"].get(name, name), "detail": own["decisions"].get(detail, detail)}


def priority(request: "Request", case: "Case") -> list[dict[str, Any]]:
    """Return the parts of a case's priority, each with its sentence."""
    own, facts = request.text["cases"]["priority"], case.facts
    hours = request.profile.cases.calling_hours
    newest = request.day(facts.newest_call) if facts.newest_call else ""
    known = {
        "complainants": facts.complainants,
        "robocalls": facts.robocalls,
        "complaints": facts.complaints,
        "stop_ignored": facts.stop_ignored,
        "odd_hours": facts.odd_hours,
        "earlier_findings": facts.earlier_findings,
        "opens": hours.opens,
        "closes": hours.closes,
        "newest": newest,
    }
    lines = []
    for addend in case.priority.addends:
        sentence = str(own.get(addend.code, addend.sentence))
        for name, value in known.items():
            sentence = sentence.replace(f"{{{name}}}", str(value))
        lines.append({"points": addend.points, "sentence": sentence})
    return lines


def pictures(request: "Request", states: Mapping[str, int], days: Mapping[date, int]) -> dict[str, Any]:
    """Return `map`, `bars` and the tables beside them, of complaints by state and of calls by day."""
    placed = {state: count for state, count in states.items() if state}
    drawn = state_map(request.profile.name, request.language, placed)
    bars = day_bars(days)
    own = request.text["cases"]
    found = {tile["name"]: tile["count"] for tile in drawn.tiles if tile["count"]} if drawn else placed
    by_state = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
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
