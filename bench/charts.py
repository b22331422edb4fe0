"""Charts of stored results as SVG, in docs/images/: bars of contestants, and lines of growth on logarithmic axes.

Plain SVG without a library; colours keep their contrast on light and dark pages, and every value is written out.
"""

from math import log10
from pathlib import Path
from xml.sax.saxutils import escape

from bench import measure

IMAGES = measure.ROOT / "docs" / "images"
INK, OURS, THEIRS, GRID = "#767676", "#1d70b8", "#a1662f", "#b0b4b8"
FONT = 'font-family="system-ui, sans-serif" font-size="13"'


def _svg(width: int, height: int, title: str, body: list[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">'
    return "\n".join([head, f"<title>{title}</title>", *body, "</svg>", ""])


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = INK) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}" {FONT}>{escape(text)}</text>'


def bars(title: str, rows: list[tuple[str, float, str, bool]]) -> str:
    """Return horizontal bars: name, value, what is written beside it, whether it is ours."""
    most = max(value for _, value, _, _ in rows)
    body = [_text(10, 22, title)]
    for index, (name, value, label, ours) in enumerate(rows):
        y = 40 + index * 30
        width = max(2.0, 330 * value / most)
        body.append(_text(200, y + 15, name, "end"))
        colour = OURS if ours else THEIRS
        body.append(f'<rect x="210" y="{y}" width="{width:.1f}" height="20" rx="3" fill="{colour}"/>')
        body.append(_text(218 + width, y + 15, label))
    return _svg(700, 50 + 30 * len(rows), escape(title), body)


def growth(title: str, x_name: str, points: list[tuple[float, float]], label: str) -> str:
    """Return one line over logarithmic axes, each point with its value."""
    xs, ys = [log10(max(x, 1)) for x, _ in points], [log10(max(y, 1e-3)) for _, y in points]
    low, high = min(ys) - 0.2, max(ys) + 0.2
    span = max(xs) - min(xs) or 1

    def place(x: float, y: float) -> tuple[float, float]:
        return 60 + 560 * (x - min(xs)) / span, 260 - 200 * (y - low) / (high - low)

    spots = [place(x, y) for x, y in zip(xs, ys, strict=True)]
    body = [_text(10, 22, title), f'<path d="M60 260H640M60 260V50" stroke="{GRID}" fill="none"/>']
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    body.append(f'<polyline points="{path}" fill="none" stroke="{OURS}" stroke-width="2"/>')
    for (x, y), (value_x, value_y) in zip(spots, points, strict=True):
        body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{OURS}"/>')
        body.append(_text(x, y - 10, f"{value_y:.3g} {label}", "middle"))
        body.append(_text(x, 278, _short(value_x), "middle"))
    body.append(_text(640, 298, x_name, "end"))
    return _svg(700, 310, escape(title), body)


def _short(value: float) -> str:
    for size, word in ((1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.4g}{word}"
    return f"{value:.0f}"


def publish() -> str:
    result = measure.load("publish")
    found = result.get("whole_race", result["race"])
    names = {
        "ours": "Quietline",
        "duckdb": "DuckDB, sort and COPY",
        "duckdb_sorted_input": "DuckDB, input sorted",
        "sort_gzip": "sort | gzip",
        "sort_gzip_fastest": "sort | gzip -1",
    }
    rows = [
        (names[name], row["cpu_s"], f"{row['cpu_s']} s, ×{row['ratio_cpu']}", name == "ours")
        for name, row in found["contestants"].items()
    ]
    return bars(f"Processor seconds to publish {_short(found['numbers'])} numbers in {found['areas']} areas", rows)


def bits() -> str:
    found = measure.load("growth")["bits_a_number"]
    rows = [("limit, clusters known", found["information_clustered"], "", False)]
    rows.append(("limit, uniform", found["information_uniform"], "", False))
    rows += [
        (f"{name}, kept" if name in ("roar", "txt") else name, v, "", True) for name, v in found["formats"].items()
    ]
    return bars("Bits a number", [(name, value, f"{value}", ours) for name, value, _, ours in rows])


def numbers() -> str:
    rows = measure.load("growth")["by_numbers"]
    points = [(row["numbers"], row["cpu_s"]) for row in rows]
    return growth("Processor seconds of a publication, by numbers on the list", "numbers", points, "s")


def changes() -> str:
    rows = measure.load("growth")["by_changes"]
    points = [(row["changes"], row["cpu_s"]) for row in rows if row["changes"]]
    return growth("Processor seconds of the next day's publication, by changes", "changes that day", points, "s")


def wash() -> str:
    found = measure.load("wash")["cases"]["1 M rows, 30 areas"]
    rows = [
        (name, row["cpu_s"], f"{row['cpu_s']} s, ×{found['times_slower'][name]['cpu']}", name.startswith("quietline"))
        for name, row in found["contestants"].items()
    ]
    return bars("Processor seconds to wash a million rows against 22.5 M numbers", rows)


def pull() -> str:
    found = measure.load("pull")
    ways = {"full": "in full", "month": "a month's changes", "day": "a day's changes"}
    rows = [
        (title, found["roar"][way]["bytes"], f"{found['roar'][way]['bytes'] / 1e6:.3g} MB", True)
        for way, title in ways.items()
    ]
    zipped = found["flat_text_zipped_bytes"]
    rows.append(("flat text, zipped", zipped, f"{zipped / 1e6:.3g} MB", False))
    return bars(f"Bytes of a pull of {_short(found['numbers'])} numbers in {found['areas']} areas", rows)


CHARTS = {
    "publish.svg": publish,
    "bits.svg": bits,
    "growth-numbers.svg": numbers,
    "growth-changes.svg": changes,
    "wash.svg": wash,
    "pull.svg": pull,
}


def write(folder: Path = IMAGES) -> None:
    for name, draw in CHARTS.items():
        try:
            (folder / name).write_text(draw(), encoding="utf-8")
        except FileNotFoundError as error:
            print(f"  {name}: not drawn, {Path(str(error.filename)).name} is missing")
        else:
            print(f"  docs/images/{name}")


def main() -> None:
    write()


if __name__ == "__main__":
    main()
