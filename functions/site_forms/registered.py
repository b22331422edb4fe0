"""All pages of registered people."""

from collections.abc import Callable

from functions.site_forms import certificate, line, mailbox, self_service, waiting
from functions.site_forms.answers import Answer, Request
from functions.site_forms.self_service import button

ROUTES: dict[str, dict[str, Callable[[Request], Answer]]] = {
    **self_service.ROUTES,
    **waiting.ROUTES,
    "certificate": {"GET": button("certificate_open", "certificate"), "POST": certificate.show},
    "remove/code": {"GET": line.show, "POST": line.ask},
    "remove/code/enter": {"POST": line.enter},
    "remove/code/undo": {"POST": line.undo},
    "move": {"POST": mailbox.move},
    "move/release": {"GET": button("move_release", "move/release"), "POST": mailbox.release},
    "move/finish": {"GET": button("move_finish", "move/finish"), "POST": mailbox.finish},
    "unsubscribe": {"GET": button("unsubscribe", "unsubscribe"), "POST": mailbox.unsubscribe},
    "unsubscribe/back": {"POST": mailbox.subscribe},
}
MAILED = (*self_service.MAILED, "certificate", "move/release", "move/finish", "unsubscribe")
"""Where mailed links lead; their addresses have the language in the query."""
