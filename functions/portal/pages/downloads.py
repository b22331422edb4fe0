"""Downloads: links to the list's files against a receipt; no byte of a list passes through this function."""

from datetime import date

from quietline.kernel.errors import (
    FieldError,
    InvalidInputError,
    NotEntitledError,
    NotFoundError,
    NotPublishedError,
    NotPublishedOnError,
)
from quietline.lists.model import FORMATS, KeptReceipt, Kind
from quietline.sellers.model import Role

from functions.portal import wiring, words
from functions.portal.acting import agent_of, may_get_lists
from functions.portal.frame import Answer, Request, Who, form_again, html, page
from functions.portal.saved import saved

RECEIPTS = 20


@page("GET", "downloads", Who.AGENT)
def show(request: Request) -> Answer:
    """Show what may be downloaded, and the receipts of what was."""
    return _form(request, [])


@page("POST", "downloads", Who.AGENT)
def create(request: Request) -> Answer:
    """Hand out links and the receipt."""
    may_get_lists(request)
    acts, own, fields = request.acting, request.text["downloads"], request.fields
    areas = request.every("area") if fields.get("which") == "some" else None
    kind = Kind(fields["kind"]) if fields.get("kind") in set(Kind) else Kind.FULL
    format_ = fields.get("format") or None
    try:
        since = _date(fields.get("since", ""))
    except ValueError:
        return _form(request, [FieldError("/since", own["since_wrong"], "since")])
    try:
        made = wiring.downloads(acts.organization_id).create(
            acts.organization_id, acts.san, areas, kind, format_, since=since, agent=agent_of(request)
        )
    except InvalidInputError as error:
        return _form(request, [FieldError(_place(one), one.detail, one.code) for one in error.fields])
    except NotPublishedOnError:
        return _form(request, [FieldError("/since", own["since_wrong"], "not_published_on")])
    except NotEntitledError as error:
        return _form(request, [FieldError("/areas", str(error), "not_entitled")])
    except NotPublishedError:
        return _form(request, [])
    seconds = wiring.settings().download_url_seconds
    return html(
        request,
        "download_links",
        headers={"cache-control": "no-store"},
        lead=own["links_lead"].replace("{minutes}", str(seconds // 60)),
        valid=own["receipt_valid"].replace("{day}", words.day(request, made.valid_until)),
        receipt_id=made.receipt_id,
        files=[
            {
                "area": file.area,
                "get": own["get"].replace("{name}", file.name),
                "what": own["short"][file.kind],
                "note": own["instead"] if file.reason else "",
                "count": words.count(file.count),
                "size": words.size(file.size),
                "sha256": file.sha256,
                "url": file.url,
            }
            for file in made.files
        ],
    )


@page("GET", "downloads/receipts/{id}", Who.AGENT)
def receipt(request: Request) -> Answer:
    """Return a receipt as a file."""
    organization_id = request.acting.organization_id
    found = wiring.downloads(organization_id).receipt(organization_id, request.params["id"])
    if not _may_see(request, found):
        raise NotFoundError("There is no such receipt.")
    return saved(found.signed, f"receipt-{found.id}.jws")


def _may_see(request: Request, found: KeptReceipt) -> bool:
    """An agent sees the receipts of what it fetched itself, and not those of others who act for the same number."""
    return not request.acting.is_agent or found.agent_san == request.acting.agent_san


def _form(request: Request, wrong: list[FieldError]) -> Answer:
    acts, own = request.acting, request.text["downloads"]
    areas = sorted(wiring.orders().entitled_areas(acts.organization_id))
    chosen = set(request.every("area"))
    newest = wiring.downloads(acts.organization_id).store.newest()
    return form_again(
        request,
        "downloads",
        wrong,
        list_date=newest.date.isoformat() if newest else "",
        lead=own["lead"].replace("{list_date}", words.day(request, newest.date)) if newest else "",
        certified=bool(acts.san),
        may_order=acts.role is Role.REPRESENTATIVE and not acts.is_agent,
        areas=[{"code": area, "chosen": area in chosen} for area in areas],
        all_text=own["which_all"].replace("{count}", words.count(len(areas))),
        kinds=[{"value": kind, "label": own["kinds"][kind]} for kind in Kind],
        formats=[{"value": name, "label": own["formats"][name]} for name in _formats()],
        receipts=[
            {
                "id": one.id,
                "issued": words.instant(request, one.issued_at),
                "list_date": words.day(request, one.list_date),
                "until": words.day(request, one.valid_until),
                "areas": words.count(len(one.areas)),
            }
            for one in wiring.downloads(acts.organization_id).newest_receipts(acts.organization_id, RECEIPTS)
            if _may_see(request, one)
        ],
    )


def _formats() -> list[str]:
    return list(dict.fromkeys(name for kind in Kind for name in FORMATS[kind]))


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text.strip() else None


def _place(wrong: FieldError) -> str:
    """Return the field of the form that an error belongs to: all areas are one field there."""
    return "/areas" if wrong.pointer.startswith("/areas") else wrong.pointer
