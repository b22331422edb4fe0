"""`python -m tools.docs [--check]`: every generated page of docs/reference.

settings, keys and routes come from the code by themselves; OpenAPI and problems from their own tools; the table of
permissions from the synthesized templates (a few seconds more, so `--check` leaves it to tests/infra).
"""

import ast
import sys
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path

from quietline.kernel.settings.base import PREFIX
from quietline.kernel.settings.functions import FUNCTION_SETTINGS

from tools import iam, openapi, page, problems

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs/reference"
CORE = ROOT / "layers/core/python/quietline"
GENERATED = "\n\nThis page is generated: `make docs`."
BY_NAME = {
    "_table": "a DynamoDB table",
    "_bucket": "an S3 bucket",
    "_key_id": "a KMS key",
    "_secret_id": "a secret in Secrets Manager",
    "_queue_url": "an SQS queue",
    "_machine_arn": "a state machine",
    "_pool_id": "the Cognito user pool",
    "_url": "an address",
    "_key_ids": "KMS keys that sign, newest first",
}
"""What a setting without a note is, by the end of its name."""


def settings_page() -> str:
    """Return each function's environment: what infra renders and the function reads."""
    notes = _field_notes()
    lines = [
        "# Settings\n",
        "The environment of every function; the model is `quietline/kernel/settings/`." + GENERATED,
    ]
    for function, model in sorted(FUNCTION_SETTINGS.items()):
        lines.append(f"\n## `{function}`\n")
        lines.append("| variable | default | meaning |\n| --- | --- | --- |")
        for field in fields(model):
            default = "" if field.default is MISSING else f"`{field.default}`" if field.default != "" else "empty"
            known = (notes.get((kind.__name__, field.name)) for kind in model.__mro__)
            by_name = next((what for end, what in BY_NAME.items() if field.name.endswith(end)), "")
            note = next((note for note in known if note), by_name)
            lines.append(f"| `{PREFIX}{field.name.upper()}` | {default} | {note} |")
    return "\n".join(lines) + "\n"


def keys_page() -> str:
    """Return every key of the tables as the modules of `adapters/dynamodb/keys/` make it."""
    sources = [path.read_text(encoding="utf-8") for path in sorted((CORE / "adapters/dynamodb/keys").glob("*.py"))]
    lines = ["# Keys of the tables\n", "Made in `quietline/adapters/dynamodb/keys/` and nowhere else." + GENERATED]
    lines.append("\n| function | key | what |\n| --- | --- | --- |")
    for node in (node for source in sources for node in ast.parse(source).body):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            answer = next(part.value for part in reversed(node.body) if isinstance(part, ast.Return) and part.value)
            parts = answer.elts if isinstance(answer, ast.Tuple) else [answer]
            key = " / ".join(f"`{_readable(part)}`" for part in parts)
            lines.append(f"| `{node.name}` | {key} | {_one_line(ast.get_docstring(node))} |")
    return "\n".join(lines) + "\n"


def routes_page() -> str:
    """Return every route with who may call it."""
    from quietline.http.auth import Rule

    paths = openapi.document()["paths"]
    lines = [
        "# Routes and who may call them\n",
        "Declared with each route, checked before it runs (`quietline/http/auth.py`)." + GENERATED,
    ]
    rules = _documented(CORE / "http/auth.py", "Rule")
    lines.append("\n| rule | who |\n| --- | --- |")
    lines += [f"| `{rule.value}` | {rules.get(rule.name, '')} |" for rule in Rule]
    lines.append("\n| route | rule | what |\n| --- | --- | --- |")
    for path, operations in paths.items():
        for method, operation in operations.items():
            lines.append(
                f"| `{method.upper()} {path}` | `{operation['x-quietline-auth']}` | {operation.get('summary', '')} |"
            )
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {"settings.md": settings_page, "keys.md": keys_page, "routes.md": routes_page}


def _field_notes() -> dict[tuple[str, str], str]:
    """Return the notes of settings: the string below a field, or its line under `Attributes:`."""
    found: dict[tuple[str, str], str] = {}
    sources = [path.read_text(encoding="utf-8") for path in sorted((CORE / "kernel/settings").glob("*.py"))]
    for node in (node for source in sources for node in ast.parse(source).body):
        if isinstance(node, ast.ClassDef):
            found |= {(node.name, name): note for name, note in _notes_in(node).items()}
            for line in (ast.get_docstring(node) or "").splitlines():
                name, colon, note = line.strip().partition(": ")
                if colon and name.isidentifier():
                    found.setdefault((node.name, name), note)
    return found


def _documented(path: Path, name: str) -> dict[str, str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return next(_notes_in(node) for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)


def _notes_in(node: ast.ClassDef) -> dict[str, str]:
    """Return the strings that stand below the fields of a class."""
    found = {}
    for field, note in zip(node.body, node.body[1:], strict=False):
        is_note = (
            isinstance(note, ast.Expr) and isinstance(note.value, ast.Constant) and isinstance(note.value.value, str)
        )
        if not is_note:
            continue
        text = _one_line(note.value.value)  # type: ignore[attr-defined]
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            found[field.target.id] = text
        elif isinstance(field, ast.Assign) and isinstance(field.targets[0], ast.Name):
            found[field.targets[0].id] = text
    return found


def _readable(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "<" + ast.unparse(part.value).partition(".")[0] + ">"  # type: ignore[attr-defined]
            for part in node.values
        )
    if isinstance(node, ast.Constant):
        return str(node.value)
    return ast.unparse(node)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or check the committed ones; return the exit code."""
    return page.main(__doc__, arguments, _all)


def _all(check: bool) -> int:
    codes = [tool.main(["--check"] if check else []) for tool in (openapi, problems)]
    codes += [page.put(REFERENCE / name, made(), "make docs", check=check) for name, made in PAGES.items()]
    if not check:
        codes.append(page.put(REFERENCE / "iam.md", iam.page(iam.synthesized()), "make docs", check=False))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
