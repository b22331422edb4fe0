"""`{"case_id": …, "bundle_id": …, "at": <instant>}` in, called asynchronously by `case_api` and `console`.

The zip lies in the operations bucket when it is done; called again with the same event it is written again.
"""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.clock import from_text
from quietline.kernel.settings.cases import BundleCaseSettings

logger = Logger(service="bundle_case")


@cache
def settings() -> BundleCaseSettings:
    """Return the settings, read at the first call."""
    return BundleCaseSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Make the bundle and say where it lies."""
    case_id = str(event["case_id"])
    key = bootstrap.bundles(settings()).make(case_id, str(event["bundle_id"]), from_text(str(event["at"])))
    logger.info("bundled", case=case_id)
    return {"key": key}
