"""The codes of field errors, read from the source: a new one without a translation fails a test."""

import ast
from pathlib import Path
from types import ModuleType

import quietline.complaints.form
import quietline.registrations.line
import quietline.registrations.moving
import quietline.registrations.typed
import quietline.registrations.waiting
import quietline.sellers.directory
import quietline.stops.service

import functions.site_forms.forms
from functions.site_forms import complain

MODULES = (
    quietline.complaints.form,
    quietline.registrations.line,
    quietline.registrations.moving,
    quietline.registrations.typed,
    quietline.registrations.waiting,
    quietline.sellers.directory,
    quietline.stops.service,
    functions.site_forms.forms,
    complain,
)


def field_codes() -> set[str]:
    """Return the codes that the forms of the site can meet."""
    return codes_in(*MODULES)


def codes_in(*modules: ModuleType) -> set[str]:
    """Return the constant third argument of every `FieldError(…)` of modules."""
    found = set()
    for module in modules:
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "FieldError":
                code = node.args[2] if len(node.args) > 2 else ast.Constant("invalid")
                if isinstance(code, ast.Constant):
                    found.add(str(code.value))
    return found
