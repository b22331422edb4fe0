"""Looking numbers up on a page: they come in the form's body, and are in no address and no log."""

from datetime import date

from quietline.kernel.errors import FieldError, InvalidInputError, NotPublishedError, NotPublishedOnError

from functions.portal import wiring, words
from functions.portal.acting import may_get_lists, standing_of
from functions.portal.frame import Answer, Request, Who, form_again, html, page

MAX_LINE = 200


@page("GET", "lookups", Who.AGENT)
def show(request: Request) -> Answer:
    """Show the form."""
    return _form(request, [])


@page("POST", "lookups", Who.AGENT)
def look_up(request: Request) -> Answer:
    """Answer each number from the list."""
    may_get_lists(request)
    own = request.text["lookups"]
    texts = [line.strip()[:MAX_LINE] for line in request.fields.get("numbers", "").splitlines() if line.strip()]
    standing = standing_of(request)
    most = wiring.lookups(standing.organization_id).most(standing)
    if not texts:
        return _form(request, [FieldError("/numbers", own["numbers_missing"], "lookup_numbers")])
    if len(texts) > most:
        sentence = own["too_many"].replace("{most}", words.count(most))
        return _form(request, [FieldError("/numbers", sentence, "lookup_too_many")])
    try:
        given = request.fields.get("as_of", "").strip()
        as_of = date.fromisoformat(given) if given else None
        found = wiring.lookups(standing.organization_id).look_up(standing, texts, as_of)
    except InvalidInputError as error:
        return _form(request, [FieldError("/numbers", one.detail, one.code) for one in error.fields])
    except (NotPublishedOnError, ValueError):
        return _form(request, [FieldError("/as_of", own["as_of_wrong"], "lookup_as_of")])
    except NotPublishedError:
        return _form(request, [FieldError("/numbers", request.text["downloads"]["not_published"], "lookup_no_list")])
    listed, until = words.day(request, found.list_date), words.day(request, found.valid_until)
    return html(
        request,
        "lookup_answers",
        answered=own["answered"].replace("{list_date}", listed).replace("{valid_until}", until),
        answers=[
            {
                "input": one.input,
                "colour": words.colour(one.status),
                "status_text": own["statuses"][one.status],
                "reason": own["reasons"].get(one.reason, one.reason) if one.reason else "",
                "since": words.day(request, one.first_listed) if one.first_listed else "",
            }
            for one in found.answers
        ],
        signed=found.signed,
    )


def _form(request: Request, wrong: list[FieldError]) -> Answer:
    own = request.text["lookups"]
    standing = standing_of(request)
    most = wiring.lookups(standing.organization_id).most(standing)
    free = request.profile.lookups.free_numbers
    return form_again(
        request,
        "lookups",
        wrong,
        lead=own["lead"].replace("{most}", words.count(most)),
        small_note=own["small_note"].replace("{free}", str(free)) if most > free else "",
        certified=bool(request.acting.san),
    )
