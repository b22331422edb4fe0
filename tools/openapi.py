"""`python -m tools.openapi [--check]`: docs/reference/openapi.json from the routes of every API function.

The document is what is served: each operation comes from the resolver that answers it, with its rule of
`quietline.http.auth`. `--check` writes nothing and fails when the committed file differs.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from quietline.http.auth import CARRIERS_SCOPE, LISTS_SCOPE, REPORTERS_SCOPE, RULES, Rule
from quietline.http.problems import PROBLEM, PROBLEM_SCHEMA, SITUATIONS

from tools import page

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs/reference/openapi.json"
FUNCTIONS = ("public_api", "seller_api", "case_api", "carrier_api", "open_data_api", "stripe_webhook", "calendar_feed")
METHODS = ("get", "post", "put", "patch", "delete")
INFO = {
    "title": "Quietline",
    "version": "1",
    "summary": "A national do-not-call registry",
    "description": "Errors are problems (RFC 9457, application/problem+json); docs/reference/problems.md has each. "
    "Send `Idempotency-Key` with a POST that creates: a repeat gets the first answer and does nothing twice.",
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}
SCHEMES = {
    "person": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Access token of a person who signed in at the user pool.",
    },
    "machine": {
        "type": "oauth2",
        "description": "Client credentials of an organization's or a carrier's machine client.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/oauth2/token",
                "scopes": {
                    LISTS_SCOPE: "Download lists and look numbers up",
                    CARRIERS_SCOPE: "Report disconnected and reassigned lines",
                    REPORTERS_SCOPE: "Send complaints in batches",
                },
            }
        },
    },
}
SAN: dict[str, Any] = {
    "name": "Quietline-SAN",
    "in": "header",
    "required": False,
    "description": "The SAN to act for, as an agent: a seller's that lets your organization. Left out, your own.",
    "schema": {"type": "string", "maxLength": 20, "examples": ["123-456-7897"]},
}
SECURITY: dict[Rule, list[dict[str, list[str]]]] = {
    Rule.PUBLIC: [],
    Rule.SIGNED: [],
    Rule.USER: [{"person": []}],
    Rule.REPRESENTATIVE: [{"person": []}],
    Rule.MEMBER: [{"person": []}, {"machine": [LISTS_SCOPE]}],
    Rule.AGENT: [{"person": []}, {"machine": [LISTS_SCOPE]}],
    Rule.CARRIER: [{"machine": [CARRIERS_SCOPE]}],
    Rule.REPORTER: [{"machine": [REPORTERS_SCOPE]}],
    Rule.INVESTIGATOR: [{"person": []}],
    Rule.SUPERVISOR: [{"person": []}],
}
PROBLEM_CONTENT = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
GATEWAY_CONTENT = {
    "application/json": {
        "schema": {
            "type": "object",
            "description": "API Gateway's own answer, before a function runs: no token, or one that does not hold.",
            "properties": {"message": {"type": "string"}},
            "required": ["message"],
            "examples": [{"message": "Unauthorized"}, {"message": "Forbidden"}],
        }
    }
}
IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A repeat with the same key and body within a day gets the first answer again.",
    "schema": {"type": "string", "maxLength": 200},
}


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of all API functions.

    Raises:
        ValueError: two functions declare the same path.
    """
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": PROBLEM_SCHEMA}
    for name in FUNCTIONS:
        part = _part(name, schemas)
        for path, operations in part.get("paths", {}).items():
            if path in paths:
                raise ValueError(f"{path} is declared by two functions")
            paths[path] = {
                method: _operation(operations[method], path, method) for method in METHODS if method in operations
            }
        schemas |= part.get("components", {}).get("schemas", {})
    used = _referenced({"paths": paths}, schemas)
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/", "description": "The site's own address; no CORS is needed."}],
        "tags": [{"name": tag} for tag in sorted(_tags(paths))],
        "paths": dict(sorted(paths.items())),
        # generated clients call a class by its title: one that was renamed carries its new name there too
        "components": {
            "schemas": {name: schemas[name] | {"title": name} for name in sorted(used)},
            "securitySchemes": SCHEMES,
        },
    }


def text() -> str:
    """Return the file's content; the same routes give the same bytes."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _part(name: str, known: dict[str, Any]) -> dict[str, Any]:
    """Return one function's document; a model whose name another function uses otherwise gets its function's before."""
    app = importlib.import_module(f"functions.{name}.handler").app
    source = app.get_openapi_json_schema(title=INFO["title"], version=INFO["version"])
    loaded: dict[str, Any] = json.loads(source)
    schemas = loaded.get("components", {}).get("schemas", {})
    for model in [model for model, schema in schemas.items() if known.get(model, schema) != schema]:
        renamed = name.title().replace("_", "") + model
        source = json.dumps(loaded).replace(f'"#/components/schemas/{model}"', f'"#/components/schemas/{renamed}"')
        loaded = json.loads(source)
        loaded["components"]["schemas"][renamed] = loaded["components"]["schemas"].pop(model)
    return loaded


def _operation(operation: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    # OpenAPI writes `{id}` where routes say `<id>`
    rule = RULES[f"{method.upper()} {path.replace('{', '<').replace('}', '>')}"]
    made = {**operation, "x-quietline-auth": rule.value, "security": SECURITY[rule]}
    answers = operation.get("responses", {})
    made["responses"] = dict(sorted({**_refusals(rule, method, operation, answers), **answers}.items()))
    for status, answer in made["responses"].items():
        if status >= "400":
            at_gateway = status in ("401", "403") and bool(SECURITY[rule])
            content = PROBLEM_CONTENT | GATEWAY_CONTENT if at_gateway else PROBLEM_CONTENT
            made["responses"][status] = {"description": answer["description"], "content": content}
    if method == "post" and rule is not Rule.SIGNED:
        made["parameters"] = [*operation.get("parameters", []), IDEMPOTENCY]
    if rule is Rule.AGENT:
        made["parameters"] = [*made.get("parameters", []), SAN]
    return made


def _refusals(rule: Rule, method: str, operation: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    """Return the problems that the edge answers for every route of this kind (`http.app`, `http.auth`)."""
    statuses = {500}
    statuses |= {400, 413, 415} if "requestBody" in operation else set()
    statuses |= {400} if rule is Rule.AGENT or operation.get("parameters") else set()
    statuses |= {409, 422} if method == "post" and rule is not Rule.SIGNED else set()
    statuses |= {401, 403} if SECURITY[rule] else set()
    generated = "HTTPValidationError" in json.dumps(answers.get("422", {}))
    if generated:
        del answers["422"]  # Powertools' own; ours are problems
    return {str(status): {"description": SITUATIONS[status]} for status in sorted(statuses)}


def _tags(paths: dict[str, Any]) -> set[str]:
    return {
        tag for operations in paths.values() for operation in operations.values() for tag in operation.get("tags", [])
    }


def _referenced(start: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = [json.dumps(start)]
    while waiting:
        source = waiting.pop()
        for name, schema in schemas.items():
            if name not in found and f'"#/components/schemas/{name}"' in source:
                found.add(name)
                waiting.append(json.dumps(schema))
    return found


def main(arguments: list[str] | None = None) -> int:
    """Write the document, or check the committed one; return the exit code."""
    return page.main(__doc__, arguments, lambda check: page.put(TARGET, text(), "make openapi", check=check))


if __name__ == "__main__":
    sys.exit(main())
