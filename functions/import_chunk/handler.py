"""The worker of `import` that reads one chunk of lines."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.settings.lists import ImportChunkSettings

logger = Logger(service="import_chunk")


@cache
def settings() -> ImportChunkSettings:
    """Return the settings, read at the first call."""
    return ImportChunkSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Read one chunk: `{"id", "chunk"}`."""
    made = bootstrap.import_chunk_reader(settings()).read(event["id"], event["chunk"])
    refused = sum(made["rejected"].values())
    logger.info("read", import_id=event["id"], chunk=event["chunk"], lines=made["lines"], refused=refused)
    return {"lines": made["lines"]}
