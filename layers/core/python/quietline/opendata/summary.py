"""What a file's rows count up to: enough to answer most questions and to make the data book without reading them.

A summary is plain JSON: each table is a list of `[key…, calls, robocalls]`, sorted; keys are the published texts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from quietline.opendata.model import Row

TABLES: Mapping[str, Callable[[Row], tuple[str, ...]]] = {
    "created": lambda row: (row.created[:10],),
    "violations": lambda row: (row.violation[:10],),
    "places": lambda row: (row.state, row.area),
    "subjects": lambda row: (row.state, row.subject),
}
"""Table → its key: by day of the report, day of the call, state and area, state and subject."""


def summarise(rows: Iterable[Row]) -> dict[str, Any]:
    """Return the summary of a file's rows, with `rows` and, by source, `sources`."""
    counts: dict[str, dict[tuple[str, ...], list[int]]] = {name: defaultdict(lambda: [0, 0]) for name in TABLES}
    sources: dict[str, int] = defaultdict(int)
    total = 0
    for row in rows:
        total += 1
        sources[row.source.value] += 1
        robocall = row.robocall == "Y"
        for name, key in TABLES.items():
            cell = counts[name][key(row)]
            cell[0] += 1
            cell[1] += robocall
    tables = {name: [[*key, *cell] for key, cell in sorted(table.items())] for name, table in counts.items()}
    return {"rows": total, "sources": dict(sorted(sources.items())), **tables}


def entries(summary: Mapping[str, Any], table: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Yield a table's (key, calls, robocalls)."""
    for entry in summary.get(table, ()):
        yield tuple(entry[:-2]), entry[-2], entry[-1]
