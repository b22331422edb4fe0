"""API Gateway → the console's pages.

`/console/<language>/<path>`; each page is declared with who may open it (`frame.page`).
"""

from contextlib import suppress
from typing import Any

from quietline.http.site.door import Door
from quietline.kernel.errors import ForbiddenError

from functions.console import pages as all_pages
from functions.console.frame import SITE, Answer, Declared, Request, Who

assert all_pages


def _opened(request: Request, declared: Declared) -> Answer:
    """Return the page, once it is sure that this person may open it."""
    if declared.who == Who.PERSON:
        # an investigator has the whole menu here too
        with suppress(ForbiddenError):
            assert request.investigator
    else:
        getattr(request, declared.who)
    return declared.page(request)


DOOR = Door(SITE, opened=_opened)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request with a page."""
    return DOOR.answer(event)
