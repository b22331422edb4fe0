"""Renders files of the list that publication does not keep; `seller_api` calls it and hands out the links."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.settings.lists import RenderListSettings
from quietline.lists.render import RenderRequest

logger = Logger(service="render_list")


@cache
def settings() -> RenderListSettings:
    """Return the settings, read at the first call."""
    return RenderListSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Render `{"files": [{"area", "kind", "format", "snapshot", "since"}]}` and say where they lie.

    With `"sandbox": true` the files are those of the sandbox's list.
    """
    requests = [RenderRequest.from_payload(payload) for payload in event["files"]]
    made = bootstrap.renderer(settings(), sandbox=bool(event.get("sandbox"))).render(requests)
    logger.info("rendered", files=len(made), bytes=sum(rendered.file.size for rendered in made))
    return {"files": [rendered.to_payload() for rendered in made]}
