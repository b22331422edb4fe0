"""One chart and its table of a published table, in the words of a language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quietline.kernel.money import Money
from quietline.pages.charts import columns, shares, state_map
from quietline.pages.maps import map_of
from quietline.pages.words import count, money
from quietline.profiles.profile import Profile

AMOUNTS = ("fees", "refunds", "chargebacks", "bad_debt", "allowances", "net")
"""Columns in minor units."""
MONTHS = 24
"""Columns of months that a phone still shows apart."""

LONG = 1000
"""Rates from so much on are shown without a fraction."""

type Row = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """A table that is drawn: `kind` is `columns`, `line`, `shares` or `map`, `value` the column that is drawn."""

    table: str
    kind: str
    value: str


SECTIONS: Mapping[str, tuple[Section, ...]] = {
    "reported-calls": (
        Section("months", "columns", "complaints"),
        Section("subjects", "shares", "complaints"),
        Section("states", "map", "per_100000"),
    ),
    "registrations": (Section("months", "line", "active"), Section("states", "map", "per_100000")),
    "subscribers": (
        Section("types", "shares", "subscribers"),
        Section("areas_held", "shares", "subscribers"),
        Section("states", "map", "subscribers"),
    ),
    "fees": (Section("months", "columns", "net"),),
}
"""Book → what its page shows, in this order; its other tables are files."""
HEADLINE = {"reported-calls": "complaints", "registrations": "active", "subscribers": "subscribers", "fees": "net"}
"""Book → the column of its table `total` that stands for the year."""


@dataclass(frozen=True)
class Words:
    """What cells of tables are called in a language."""

    profile: Profile
    language: str
    text: Mapping[str, Any]

    def shown(self, column: str, row: Row) -> str:
        """Return a number as it is read; `–` for one that is not told."""
        value = row.get(column)
        if value is None:
            return str(self.text["data"]["blank"])
        if column in AMOUNTS:
            return money(Money(value, str(row["currency"])))
        if isinstance(value, int):
            return count(value)
        if column == "robocall_percent":
            return f"{value:,.1f}"
        return f"{value:,.2f}" if value < LONG else f"{value:,.0f}"

    def label(self, row: Row) -> str:
        """Return what a row is about: a month, a year, a state, a subject, a type, a number of areas."""
        t = self.text["data"]
        if "month" in row:
            return self.month(str(row["month"]))
        if "year" in row:
            return str(row["year"])
        if "subject" in row:
            return self._subject(str(row["subject"]))
        if "type" in row:
            return str(t["types"][row["type"]])
        if "from" in row:
            words = t["or_more"] if row["to"] is None else t["from_to"]
            return str(words).replace("{from}", str(row["from"])).replace("{to}", str(row["to"]))
        return self.state(str(row["state"]))

    def month(self, month: str) -> str:
        """Return `2026-11` in words."""
        return f"{self.text['dates']['months'][int(month[5:7]) - 1]} {month[:4]}"

    def state(self, name: str) -> str:
        """Return a state's name; of no state that calls or numbers of no place are counted there."""
        known = map_of(self.profile.name).get(name, {})
        return str(known.get(self.language, name)) or str(self.text["data"]["other_place"])

    def _subject(self, label: str) -> str:
        for one in self.profile.complaints.subjects:
            if one.open_data_label == label:
                return one.label[self.language]
        return label or str(self.text["data"]["other_place"])


def section(words: Words, caption: str, rows: Sequence[Row], kind: str, value: str) -> dict[str, Any]:
    """Return what the template draws: chart, `head` and `rows` of the table, `label` of the picture."""
    if not rows:
        return {"caption": caption, "rows": [], "head": [], "chart": None, "label": ""}
    names = words.text["data"]["columns"]
    keys = [name for name in ("month", "year", "subject", "type", "from", "state") if name in rows[0]]
    first = keys[0]
    # `to` is told with `from`, the currency with its amounts
    others = [name for name in rows[0] if name not in (first, "to", "currency")]
    drawn = _drawn(words, rows, kind, value)
    most = max((row for row in rows if row.get(value) is not None), key=lambda row: row[value], default=None)
    said = ""
    if most is not None:
        said = words.text["data"]["most"].replace("{value}", words.shown(value, most))
        said = said.replace("{label}", words.label(most))
    if drawn is not None:
        drawn["most"] = said
    label = words.text["data"]["chart"].replace("{caption}", f"{caption}. {said}" if said else caption)
    return {
        "caption": caption,
        "label": label,
        "chart": drawn,
        "head": [names["areas_held" if first == "from" else first], *(names[name] for name in others)],
        "rows": [[words.label(row), *(words.shown(name, row) for name in others)] for row in rows],
    }


def _drawn(words: Words, rows: Sequence[Row], kind: str, value: str) -> dict[str, Any] | None:
    if kind == "map":
        told = {str(row["state"]): row.get(value) or 0 for row in rows}
        made = state_map(words.profile.name, words.language, told)
        if made is None:
            return None
        shown = {words.state(str(row["state"])): words.shown(value, row) for row in rows}
        for tile in made.tiles:
            tile["shown"] = shown.get(tile["name"], str(words.text["data"]["blank"]))
        return {"kind": kind, "map": made}
    values = [row.get(value) for row in rows]
    labels = [{"label": words.label(row), "shown": words.shown(value, row)} for row in rows]
    if kind == "shares":
        return {
            "kind": kind,
            "rows": [one | {"share": share} for one, share in zip(labels, shares(values), strict=True)],
        }
    made_columns = columns(values[-MONTHS:])
    drawn = [place | one for place, one in zip(made_columns.columns, labels[-MONTHS:], strict=True)]
    return {"kind": kind, "columns": drawn, "line": made_columns.line}
