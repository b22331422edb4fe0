"""One step of `investigate-case`: `{"step": …, "pk": "CASE#<id>"}` in, a few plain facts out."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.settings.cases import InvestigateCaseSettings

logger = Logger()

PLAIN = frozenset({"attribute", "trace", "silence", "examine", "hear", "remind", "resume", "escalate", "record"})
"""Steps that take the case and answer nothing: each is a method of the use case."""


@cache
def settings() -> InvestigateCaseSettings:
    """Return the settings, read at the first call."""
    return InvestigateCaseSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Do the step and answer what the state machine chooses by."""
    step = str(event["step"])
    # of an execution that another one asked for, the key is INVESTIGATION#<case>-<n>
    case_id = str(event["pk"]).partition("#")[2].partition("-")[0]
    logger.info("step", step=step, case=case_id)
    steps = bootstrap.investigation(settings())
    if step in PLAIN:
        getattr(steps, step)(case_id)
        return {}
    match step:
        case "open":
            rounds = int(event.get("rounds", 0))
            following, seconds = steps.open(case_id, rounds)
            return {"next": following, "seconds": seconds, "rounds": rounds + 1}
        case "wait":
            steps.wait(case_id, str(event["token"]), str(event["kind"]))
        case "notify":
            return {"left": steps.notify(case_id)}
        case "again":
            steps.again(case_id, str(event["execution"]))
        case "fail":
            steps.fail(case_id, str(event["error"]))
        case _:
            raise ValueError(f"There is no step {step!r}.")
    return {}
