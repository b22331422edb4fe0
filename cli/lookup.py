"""`quietline lookup`."""

import sys
from typing import Annotated

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, app, command
from cli.errors import NotVerifiedError, UsageError

STYLES = {"listed": "red", "clear": "green", "unknown": "yellow"}


@command(app, "lookup")
def lookup(
    numbers: Annotated[list[str], typer.Argument(help="Numbers as people write them; `-` reads lines.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Tell whether numbers are on the published list: listed, clear or unknown. The answer is signed and verified."""
    from cli.api import Api
    from cli.trust import KeySet, payload_of

    texts = [line.strip() for line in sys.stdin if line.strip()] if numbers == ["-"] else numbers
    if not texts:
        raise UsageError("Give at least one number.")
    client = Api(config.load(api))
    made = client.post("/v1/lookups", {"numbers": texts})
    signed = payload_of(KeySet(client.get("/.well-known/jwks.json", signed_in=False)), made["signed"], "lookup")
    if signed["answers"] != made["answers"] or signed["list_date"] != made["list_date"]:
        raise NotVerifiedError("The answer is not the one that was signed.")
    if json_output:
        output.emit(made)
        return
    answers = made["answers"]
    rows = [(answer["input"], answer["status"], (answer["reason"] or "").replace("_", " ")) for answer in answers]
    output.table(("number", "status", "why"), rows, [STYLES[answer["status"]] for answer in answers])
    output.say(f"List of {made['list_date']}, good until {made['valid_until']}. Answer {made['id']}, signed.")
