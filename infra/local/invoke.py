"""`make invoke FN=… EVENT=…`: run a deployed function on an event file."""

import base64
import contextlib
import json
import re
from pathlib import Path
from typing import Any

from infra.local.place import LocalCloudError, Place
from infra.local.up import client


def invoke(place: Place, arguments: list[str]) -> int:
    """Show the function's answer and the end of its log; returns 1 when the function failed.

    Raises:
        LocalCloudError: arguments are missing, or there is no such function or file.

    """
    given = [argument for argument in arguments if argument]
    if len(given) != 2:
        raise LocalCloudError("Say which function and which event: make invoke FN=public_api EVENT=events/….json")
    name, event = given[0], Path(given[1])
    if not event.is_file():
        raise LocalCloudError(f"There is no event file {event}; the examples are in events/.")
    service: Any = client(place, "lambda")
    function = _deployed_name(service, name)
    answer = service.invoke(FunctionName=function, LogType="Tail", Payload=event.read_bytes())
    payload = answer["Payload"].read().decode()
    print(_pretty(payload))
    if answer.get("LogResult"):
        print("\n-- log", base64.b64decode(answer["LogResult"]).decode(errors="replace").strip(), sep="\n")
    return 1 if answer.get("FunctionError") else 0


def _deployed_name(service: Any, name: str) -> str:
    wanted = re.sub(r"[^a-z0-9]", "", name.lower())
    known = []
    for page in service.get_paginator("list_functions").paginate():
        known += [function["FunctionName"] for function in page["Functions"]]
    for function in known:
        if wanted in re.sub(r"[^a-z0-9]", "", function.lower()):
            return str(function)
    raise LocalCloudError(f"No deployed function is called {name}; there are: {', '.join(sorted(known)) or 'none'}.")


def _pretty(payload: str) -> str:
    try:
        document = json.loads(payload)
    except ValueError:
        return payload
    if isinstance(document, dict) and isinstance(document.get("body"), str):
        with contextlib.suppress(ValueError):
            document["body"] = json.loads(document["body"])
    return json.dumps(document, indent=2, ensure_ascii=False)
