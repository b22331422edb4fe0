"""Addresses, texts and links."""

import re
from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quietline.kernel.errors import ConfigurationError, InvalidInputError
from quietline.mails import render as module
from quietline.mails.address import address_hash, parse_address
from quietline.mails.links import LinkSigner, record_id_of
from quietline.mails.outbox import Template, outbox_item
from quietline.mails.render import placeholders, render, texts
from quietline.profiles.profile import Profile

TEMPLATES = get_args(Template.__value__)
FACTS = {
    "number": "+•••••••••43",
    "numbers": "+•••••••••43",
    "expires_at": "2026-11-27T15:00:00.000Z",
    "listed_from": "2026-11-25",
    "sellers_bound_from": "2026-12-25",
    "reference": "QL-7K3M-Q9TZ",
    "status": "accepted",
    "outcome": "warning",
    "order": "01KB",
    "amount": "$85.00",
    "areas": "202, 771",
    "date": "2026-11-25",
    "max_age_days": "31",
    "list_date": "2026-11-04",
    "age_days": "21",
    "ages": "21, 28, 31",
    "valid_until": "2026-12-05",
    "ends_on": "2026-12-31",
    "due_on": "2026-12-31",
    "endpoint": "01KB",
    "host": "hooks.example.com",
    "days": "5",
    "organization": "Sunny Roofs LLC",
    "role": "downloader",
    "code": "012345",
    "minutes": "10",
    "since": "2026-11-25",
    "bound_from": "2026-12-26",
    "off_from": "2026-11-25",
    "seller": "Sunny Roofs LLC",
    "san": "123-456-7897",
    "case": "01KB3Q6W5N8Y2C4D6E8F0G1H2J",
    "calls": "12",
    "due_at": "2026-12-17T15:00:00.000Z",
    "undo_until": "2026-11-25T15:00:00.000Z",
}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "email_missing"),
        ("   ", "email_missing"),
        ("alex", "email_no_domain"),
        ("alex@", "email_no_domain"),
        ("alex@localhost", "email_no_domain"),
        ("@example.com", "email_not_valid"),
        ("alex@@example.com", "email_not_valid"),
        ("al ex@example.com", "email_not_valid"),
        ("alex@exa mple.com", "email_not_valid"),
        (".alex@example.com", "email_not_valid"),
        ("alex@-example.com", "email_not_valid"),
        ("alex@example..com", "email_not_valid"),
        ("alex@192.0.2.1", "email_not_valid"),
        ("alex\r\nBcc: sam@example.com", "email_not_valid"),
        ("ålex@example.com", "email_not_valid"),
        ("a" * 65 + "@example.com", "email_not_valid"),
        ("a@" + "b" * 260 + ".com", "email_too_long"),
    ],
)
def test_an_address_that_is_not_taken(text: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_address(text, "/contact/email")
    assert [(field.pointer, field.code) for field in caught.value.fields] == [("/contact/email", code)]
    assert len(text) < 6 or text.startswith("@") or text not in str(caught.value.fields)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" alex@Example.COM ", "alex@example.com"),
        ("Alex.O'Neil+dnc@example.co.uk", "Alex.O'Neil+dnc@example.co.uk"),
        ("alex@bücher.example", "alex@xn--bcher-kva.example"),
    ],
)
def test_an_address_that_is_taken(text: str, address: str) -> None:
    assert parse_address(text) == address


@given(st.text(max_size=300))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        address = parse_address(text)
    except InvalidInputError:
        return
    assert re.fullmatch(r"[!-~]{1,64}@[a-z0-9.-]+", address)
    assert parse_address(address) == address


def test_the_hash_needs_the_secret_and_ignores_case() -> None:
    assert address_hash("Alex@example.com", b"1") == address_hash("alex@example.com", b"1")
    assert address_hash("alex@example.com", b"1") != address_hash("alex@example.com", b"2")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_text_is_written_whole(template: str, language: str, profile: Profile) -> None:
    source = texts(language)[template]
    needed = placeholders(source["subject"]) | placeholders(source["body"])
    facts = {name: FACTS[name] for name in needed - {"link", "registry", "site", "rows"}}
    rows = [
        {"text": name, **{fact: FACTS[fact] for fact in placeholders(text)}}
        for name, text in source.get("rows", {}).items()
    ]
    link = "https://registry.example.test/x?a=1&b=2" if "link" in needed else ""

    mail = render(
        template, language, facts, profile=profile, site="https://registry.example.test", link=link, rows=rows
    )

    assert mail.text.count("\n* ") == mail.html.count("<li>") == len(rows)
    assert not re.search(r"[{}]", mail.subject + mail.text + mail.html)
    assert "\n" not in mail.subject
    assert f'<html lang="{language}">' in mail.html
    assert (link in mail.text) and (not link or "a=1&amp;b=2" in mail.html)
    assert "2026-" not in mail.text, "dates are written out"


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_languages_say_the_same(template: str, profile: Profile) -> None:
    first, *others = [
        placeholders(texts(language)[template]["subject"]) | placeholders(texts(language)[template]["body"])
        for language in profile.languages
    ]
    assert all(other == first for other in others)
    rows = [
        {name: placeholders(text) for name, text in texts(language)[template].get("rows", {}).items()}
        for language in profile.languages
    ]
    assert all(other == rows[0] for other in rows)
    assert {tuple(sorted(texts(language))) for language in profile.languages} == {tuple(sorted(texts("en")))}


def test_dates_and_times_are_the_registrys(profile: Profile) -> None:
    facts = {"numbers": "x", "expires_at": "2026-11-27T15:00:00.000Z"}
    english = render("confirm-registration", "en", facts, profile=profile, site="https://s", link="https://l").text
    spanish = render("confirm-registration", "es", facts, profile=profile, site="https://s", link="https://l").text
    assert "November 27, 2026, 10:00 (EST)" in english
    assert "27 de noviembre de 2026, 10:00 (EST)" in spanish


def test_facts_are_escaped_in_html(profile: Profile) -> None:
    mail = render(
        "complaint-received", "en", {"reference": "<b>&"}, profile=profile, site="https://s", link="https://l"
    )
    assert "<b>" not in mail.html and "&lt;b&gt;&amp;" in mail.html
    assert "<b>&" in mail.text


@pytest.mark.parametrize(
    ("template", "language", "facts", "link"),
    [
        ("nothing", "en", {}, ""),
        ("complaint-received", "xx", {"reference": "1"}, ""),
        ("complaint-received", "../en", {"reference": "1"}, ""),
        ("complaint-received", "en", {}, ""),
        ("stop-withdrawn", "en", {"seller": "x", "number": "1"}, "https://l"),
        ("confirm-registration", "en", {"numbers": "1", "expires_at": "2"}, ""),
    ],
)
def test_a_mail_that_cannot_be_written(
    template: str, language: str, facts: dict[str, str], link: str, profile: Profile
) -> None:
    with pytest.raises(ConfigurationError):
        render(template, language, facts, profile=profile, site="https://s", link=link)


def test_tokens_differ_by_everything() -> None:
    base = LinkSigner(b"1" * 32).token("a", "0" * 26, "n")
    others = [
        LinkSigner(b"2" * 32).token("a", "0" * 26, "n"),
        LinkSigner(b"1" * 32).token("b", "0" * 26, "n"),
        LinkSigner(b"1" * 32).token("a", "1" * 26, "n"),
        LinkSigner(b"1" * 32).token("a", "0" * 26, "m"),
    ]
    assert base not in others
    assert record_id_of(base) == "0" * 26
    assert "1111" not in repr(LinkSigner(b"1" * 32))


def test_an_outbox_item_waits_and_goes_after_thirty_days() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    item = outbox_item(template="order-paid", language="en", to_ciphertext="c", facts={"order": "1"}, now=now)
    assert (item["state"], item["link"], item["ttl"]) == ("waiting", None, int(now.timestamp()) + 30 * 86400)
    assert module.texts("en")[item["template"]]


@pytest.mark.parametrize(("language", "words"), [("en", "this button"), ("es", "este botón")])
def test_no_mail_speaks_of_a_button_that_its_plain_text_has_not(language: str, words: str) -> None:
    bodies = {name: mail["body"] for name, mail in texts(language).items() if "body" in mail}
    assert len(bodies) > 20
    assert [name for name, body in bodies.items() if words in body.lower()] == []
