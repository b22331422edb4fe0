"""One step of `investigate-case`: `{"step": …, "pk": "CASE#<id>"}` in, a few plain facts out."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.settings import InvestigateCaseSettings

logger = Logger()


@cache
def settings() -> InvestigateCaseSettings:
    """Return the settings, read at the first call."""
    return InvestigateCaseSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Do the step and answer what the state machine chooses by."""
    step = str(event["step"])
    case_id = str(event["pk"]).partition("#")[2]
    logger.info("step", step=step, case=case_id)
    steps = bootstrap.investigation(settings())
    match step:
        case "open":
            following, seconds = steps.open(case_id)
            return {"next": following, "review_seconds": seconds}
        case "await":
            steps.wait(case_id, str(event["token"]))
        case "escalate":
            steps.escalate(case_id)
        case "record":
            steps.record(case_id)
        case "notify":
            return {"left": steps.notify(case_id)}
        case "fail":
            steps.fail(case_id, str(event["error"]))
        case _:
            raise ValueError(f"There is no step {step!r}.")
    return {}
