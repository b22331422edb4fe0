"""`python -m tools.problems [--check]`: docs/reference/problems.md from the error tree and the edge's own problems.

The edge's problems are found in its source: every call of `problem(…)` with a slug spelt out.
"""

import ast
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from quietline.kernel import errors

from tools import page

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs/reference/problems.md"
EDGE = ROOT / "layers/core/python/quietline/http"
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+|conflict")
HEAD = """# Problems

Every error is `application/problem+json` (RFC 9457): `type` is `/problems/` and a name of this table, `title` is the
same for all of a type, `detail` is a sentence about this one, `errors` lists wrong fields as `pointer` (JSON pointer
into the body), `detail` and a stable `code`; `request_id` helps the support desk. No problem repeats a value that
was sent.

Two answers come from API Gateway before our code and are `{"message": …}`: 401 without an `Authorization` header, 403
with a token that is forged, expired or garbled.

This page is generated: `python -m tools.problems`.

| type | status | when |
| --- | --- | --- |
"""


@dataclass(frozen=True, order=True)
class Entry:
    """One line of the page."""

    slug: str
    status: int
    when: str


def tree() -> list[Entry]:
    """Return the errors that callers can see; a configuration error is shown as `internal-error`."""
    found: list[Entry] = []
    waiting: list[type[errors.QuietlineError]] = [errors.QuietlineError]
    while waiting:
        parent = waiting.pop()
        waiting += parent.__subclasses__()
        if parent not in (errors.QuietlineError, errors.ConfigurationError):
            found.append(Entry(parent.slug, parent.status, " ".join((parent.__doc__ or "").split())))
    return found


def edge() -> list[Entry]:
    """Return the problems of the HTTP edge."""
    found = set()
    for path in sorted(EDGE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("problem", "_problem")):
                continue
            constants = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            status = next((value for value in constants if isinstance(value, int)), 0)
            texts = [value for value in constants if isinstance(value, str)]
            if status and texts and SLUG.fullmatch(texts[0]):
                found.add(Entry(texts[0], status, texts[-1].removesuffix(".") + "."))
    return sorted(found)


def text() -> str:
    """Return the page; errors of the tree explain a slug that both know."""
    entries = {entry.slug: entry for entry in [*edge(), *tree()]}
    return HEAD + "".join(f"| `{e.slug}` | {e.status} | {e.when} |\n" for e in sorted(entries.values()))


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or check the committed one; return the exit code."""
    return page.main(
        __doc__, arguments, lambda check: page.put(TARGET, text(), "python -m tools.problems", check=check)
    )


if __name__ == "__main__":
    sys.exit(main())
