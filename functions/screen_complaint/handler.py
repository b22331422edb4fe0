"""One step of `screen-complaint`: `{"step": …, "pk": "COMPLAINT#<id>"}` in, a few plain facts out.

Screened again, a complaint comes as `SCREENING#<id>-<cause>`.
"""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.settings.cases import ScreenComplaintSettings

logger = Logger()


@cache
def settings() -> ScreenComplaintSettings:
    """Return the settings, read at the first call."""
    return ScreenComplaintSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Do the step and answer what the state machine chooses by."""
    step = str(event["step"])
    complaint_id = str(event["pk"]).partition("#")[2].partition("-")[0]
    logger.info("step", step=step, complaint=complaint_id)
    match step:
        case "screen":
            screening = bootstrap.screening(settings())
            if seconds := screening.early_by(complaint_id):
                return {"outcome": "slow", "seconds": seconds}
            complaint = screening.screen(complaint_id)
            return {"outcome": complaint.outcome, "seconds": 0}
        case "assign":
            assignment = bootstrap.assignment(settings()).assign(complaint_id)
            return {"case_id": assignment.case_id, "opened": assignment.opened}
        case "close":
            return {"stage": bootstrap.screening(settings()).close(complaint_id).stage}
        case "fail":
            bootstrap.screening(settings()).fail(complaint_id, str(event["error"]))
            return {}
    raise ValueError(f"There is no step {step!r}.")
