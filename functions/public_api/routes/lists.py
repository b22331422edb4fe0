"""What proves a list: the signed manifests and the keys that verify them."""

from datetime import date
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented
from quietline.lists.model import MANIFEST_TYPE
from quietline.lists.publish import parse_date

from functions.public_api import wiring
from functions.public_api.app import app

TAGS = ["Lists"]
SIGNED = "A compact JWS (ES256); its payload names each area's files with their SHA-256 and the manifest before."
EXAMPLE = "eyJhbGciOiJFUzI1NiIsImtpZCI6IjBaY09DT1JaIn0.eyJ0eXBlIjoibWFuaWZlc3QifQ.c2lnbmF0dXJl"


class KeyOut(Model):
    """One public key (RFC 7517, RFC 7518)."""

    kty: str = Field(description="`EC`.")
    crv: str = Field(description="`P-256`.")
    x: str
    y: str
    kid: str = Field(description="The key's RFC 7638 thumbprint.")
    alg: str = Field(description="`ES256`.")
    use: str = Field(description="`sig`.")


class KeysOut(Model):
    """The keys that manifests, receipts and lookups are signed with, newest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "keys": [
                        {
                            "kty": "EC",
                            "crv": "P-256",
                            "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
                            "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
                            "kid": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
                            "alg": "ES256",
                            "use": "sig",
                        }
                    ]
                }
            ]
        }
    )

    keys: list[KeyOut]


def _documented(*refusals: int) -> dict[int, Any]:
    made = documented(200, SIGNED, None, *refusals)
    made[200]["content"] = {MANIFEST_TYPE: {"schema": {"type": "string"}, "example": EXAMPLE}}
    return made


@route(
    app,
    "GET",
    "/v1/manifests/latest",
    Rule.PUBLIC,
    summary="Read the newest manifest",
    description="What the current list consists of. 409 before the first list.",
    tags=TAGS,
    operation_id="readLatestManifest",
    responses=_documented(409),
)
def latest() -> Response[str]:
    """Return the newest manifest."""
    return _manifest(None, "public, max-age=60")


@route(
    app,
    "GET",
    "/v1/manifests/<day>",
    Rule.PUBLIC,
    summary="Read the manifest of a date",
    description="A published manifest never changes.",
    tags=TAGS,
    operation_id="readManifest",
    responses=_documented(400, 404),
)
def of_date(day: Annotated[str, Path(max_length=40, description="`YYYY-MM-DD`.")]) -> Response[str]:
    """Return the manifest of a date."""
    return _manifest(parse_date(day), "public, max-age=86400, immutable")


@route(
    app,
    "GET",
    "/v1/manifests/sandbox/<day>",
    Rule.PUBLIC,
    summary="Read the sandbox's manifest of a date",
    description="What `/v1/manifests/<day>` is for the list. Its payload says `sandbox`.",
    tags=TAGS,
    operation_id="readSandboxManifest",
    responses=_documented(400, 404),
)
def of_sandbox(day: Annotated[str, Path(max_length=40, description="`YYYY-MM-DD`.")]) -> Response[str]:
    """Return the sandbox's manifest of a date."""
    return _manifest(parse_date(day), "public, max-age=86400, immutable", sandbox=True)


@route(
    app,
    "GET",
    "/.well-known/jwks.json",
    Rule.PUBLIC,
    summary="Read the public keys",
    description="Verifies manifests, receipts and lookups, also those of keys that were rotated out.",
    tags=TAGS,
    operation_id="readKeys",
    responses=documented(200, "The keys.", KeysOut),
)
def keys() -> Response[KeysOut]:
    """Return the public keys."""
    body = KeysOut.model_validate(wiring.public_keys())
    return Response(200, "application/json", body, headers={"Cache-Control": "public, max-age=3600"})


def _manifest(day: date | None, cache: str, *, sandbox: bool = False) -> Response[str]:
    published, signed = wiring.manifests(sandbox=sandbox).signed(day)
    headers = {"Cache-Control": cache, "ETag": f'"{published.sha256}"'}
    return Response(200, MANIFEST_TYPE, signed.decode("ascii"), headers=headers)
