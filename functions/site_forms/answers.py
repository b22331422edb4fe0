"""Requests and answers of the forms."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quietline.pages.forms import HEADERS, first_of, messages

from functions.site_forms.render import pages

if TYPE_CHECKING:
    from quietline.kernel.errors import FieldError
    from quietline.profiles.profile import Profile


@dataclass(frozen=True)
class Request:
    """What was asked: the jurisdiction, the page's language, the form's fields, the address's query, the cookies."""

    profile: "Profile"
    language: str
    fields: dict[str, str] = field(repr=False)
    query: dict[str, str] = field(repr=False)
    cookies: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def text(self) -> dict[str, Any]:
        """The texts of the page's language."""
        return pages(self.profile).text(self.language)


@dataclass(frozen=True)
class Answer:
    """A page."""

    status: int
    body: str = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = field(default=(), repr=False)

    def payload(self) -> dict[str, Any]:
        """Return what API Gateway takes (payload 2.0)."""
        return {
            "statusCode": self.status,
            "headers": HEADERS | self.headers,
            "body": self.body,
            "isBase64Encoded": False,
            **({"cookies": list(self.cookies)} if self.cookies else {}),
        }


def html(
    request: Request, template: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> Answer:
    """Return a rendered page with what was typed."""
    body = pages(request.profile).page(template, request.language, **({"values": request.fields} | values))
    return Answer(status, body, headers or {})


def form_again(request: Request, template: str, errors: Sequence["FieldError"], **values: Any) -> Answer:
    """Return a form with what was typed; 400 with an error summary when something is wrong with it."""
    shown = messages(errors, request.text["errors"])
    wrong_fields = [{"field": wrong.field, "message": wrong.message} for wrong in shown]
    return html(request, template, 400 if errors else 200, errors=wrong_fields, error_of=first_of(shown), **values)
