"""API Gateway → the routes of open data."""

from typing import Any

from quietline.http.app import handle

from functions.open_data_api.routes import calls, statistics  # noqa: F401  (they declare their routes on `app`)
from functions.open_data_api.wiring import app


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    return handle(app, event, context)
