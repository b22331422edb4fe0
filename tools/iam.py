"""docs/reference/iam.md: which role may do what to which resource, from the synthesized templates."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

PRODUCTION = {
    "stage": "production",
    "domain": "registry.example.test",
    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000",
    "sender": "no-reply@registry.example.test",
    "alarm_email": "alarms@registry.example.test",
}
"""Context of a production deployment that nobody makes."""
HEAD = """# Permissions

What each role of the service stack may do, action by action; `infra/stacks/permissions.py` grants it.
There is no `*` action.

This page is generated: `make docs`.

| role | action | resource |
| --- | --- | --- |
"""

type Statement = tuple[str, str, str]


def page(template: Mapping[str, Any]) -> str:
    """Return the page of the service stack's template."""
    rows = sorted(set(statements(template["Resources"].values())))
    return HEAD + "".join(f"| `{role.strip('<>')}` | `{action}` | `{resource}` |\n" for role, action, resource in rows)


def statements(resources: Iterable[Mapping[str, Any]]) -> Iterator[Statement]:
    """Yield role, action, resource of every statement.

    Raises:
        ValueError: a statement denies; the table would not show it.
    """
    for policy in resources:
        if policy["Type"] != "AWS::IAM::Policy":
            continue
        roles = ",".join(readable(role) for role in policy["Properties"]["Roles"])
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            if statement["Effect"] != "Allow":
                raise ValueError(f"{roles} has a statement that denies")
            for action in _as_list(statement["Action"]):
                for resource in _as_list(statement["Resource"]):
                    yield roles, action, readable(resource) + _where(statement.get("Condition"))


def _where(condition: Mapping[str, Mapping[str, Any]] | None) -> str:
    """Return a statement's conditions as words: ` where kms:EncryptionContext:… = …`."""
    parts = [
        f"{key} {'=' if test == 'StringEquals' else test} {readable(value) if isinstance(value, str | dict) else value}"
        for test, keys in (condition or {}).items()
        for key, value in keys.items()
    ]
    return f" where {' and '.join(parts)}" if parts else ""


def readable(value: Any) -> str:
    """Return a resource as text: `Fn::GetAtt` and friends shortened."""
    if isinstance(value, str):
        return value
    if "Fn::GetAtt" in value:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    if "Fn::ImportValue" in value:
        return f"<{value['Fn::ImportValue'].split('ExportsOutput')[-1]}>"
    if "Ref" in value:
        return f"<{value['Ref'].removeprefix('AWS::')}>"
    if "Fn::Join" in value:
        return "".join(readable(part) for part in value["Fn::Join"][1])
    return json.dumps(value)


def synthesized() -> dict[str, Any]:
    """Return the service stack's template of a production deployment; takes some seconds, needs the built layers."""
    from aws_cdk import App

    from infra.app import build, settings

    with tempfile.TemporaryDirectory() as folder:
        app = App(outdir=folder, context=settings() | PRODUCTION)
        build(app)
        app.synth()
        (path,) = Path(folder).glob("*-Service.template.json")
        made: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return made


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
