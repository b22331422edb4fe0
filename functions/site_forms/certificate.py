"""The certificate of registration: a page to print, and its signed receipt to keep.

It is the one page that shows whole numbers, to whoever has the link of the mailbox that registered them.
"""

from quietline.kernel import phone
from quietline.kernel.errors import LinkError

from functions.site_forms import wiring
from functions.site_forms.answers import Answer, Request, html
from functions.site_forms.render import pages
from functions.site_forms.self_service import link_refused


def show(request: Request) -> Answer:
    """Show the certificate, or hand out its receipt as a file."""
    token = request.fields.get("token", "")
    try:
        made = wiring.certificates().issue(token)
    except LinkError as error:
        return link_refused(request, error)
    if request.fields.get("as") == "file":
        name = f"certificate-{made.as_of.isoformat()}.jws"
        headers = {"content-type": "application/jose", "content-disposition": f'attachment; filename="{name}"'}
        return Answer(200, made.signed + "\n", headers)
    shown = pages(request.profile)
    return html(
        request,
        "certificate",
        id=made.id,
        as_of=shown.day(made.as_of, request.language),
        numbers=[
            {
                "number": phone.national(one.number),
                "registered_on": shown.day(one.registered_on, request.language),
                "sellers_bound_from": shown.day(one.sellers_bound_from, request.language),
            }
            for one in made.numbers
        ],
        token=token,
    )
