"""Files that support an answer to an accusation: sent straight to the storage, scanned, then named in the answer."""

from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError
from quietline.pages.forms import upload_policy

from functions.portal import wiring
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page
from functions.portal.pages.accusations import shown

MEGA = 1_048_576


@page("POST", "accusations/{id}/files", Who.MEMBER)
def ask(request: Request) -> Answer:
    """Make a place for a file of the chosen kind, and show the form that posts it to the storage."""
    case_id, kind, own = request.params["id"], request.fields.get("kind", ""), request.text["accusations"]
    back = wiring.settings().site_url + request.at(f"accusations/{case_id}/sent")
    try:
        made = wiring.replies().offer(request.member.organization_id, case_id, kind, back=back)
    except InvalidInputError:
        return _refused(request, FieldError("/kind", "Choose what the file is.", "evidence_kind"))
    except ConflictError as error:
        return _refused(request, FieldError("/kind", str(error), "evidence_refused"))
    rules = request.profile.evidence
    hint = own["file_hint"].replace("{megabytes}", str(rules.kinds[kind].max_bytes // MEGA))
    return html(
        request,
        "accusation_file",
        headers=upload_policy(made.upload.url),
        title=own["file_kinds"][kind],
        case_id=case_id,
        hint=hint.replace("{minutes}", str(rules.upload_minutes)),
        accept=",".join(rules.kinds[kind].types),
        upload={"url": made.upload.url, "fields": dict(made.upload.fields)},
    )


@page("GET", "accusations/{id}/sent", Who.MEMBER)
def sent(request: Request) -> Answer:
    """Where the storage sends the browser once it has the file."""
    return go(request, f"accusations/{request.params['id']}", done="sent")


def _refused(request: Request, wrong: FieldError) -> Answer:
    return form_again(request, "accusation", [wrong], **shown(request))
