"""A mail from its text: subject, plain text and simple HTML, in the mail's language.

A missing or unused fact is an error, so that no mail says `{reference}` to a person.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Formatter
from typing import Any

from quietline.kernel.clock import from_text
from quietline.kernel.errors import ConfigurationError
from quietline.profiles.profile import Profile

TEXTS = Path(__file__).parent / "texts"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_STYLE = "font-family:Arial,Helvetica,sans-serif;font-size:18px;line-height:1.4;color:#16202c"
_BUTTON = (
    "display:inline-block;padding:12px 20px;background:#0b5c4a;color:#ffffff;text-decoration:none;border-radius:4px"
)


@dataclass(frozen=True)
class Mail:
    """What is sent."""

    subject: str
    text: str
    html: str


@cache
def texts(language: str) -> dict[str, Any]:
    """Return the texts of a language.

    Raises:
        ConfigurationError: there are none.
    """
    path = TEXTS / f"{language}.toml"
    if not language.isalpha() or not path.is_file():
        raise ConfigurationError(f"There are no mails in the language {language!r}.")
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    for more in sorted((TEXTS / language).glob("*.toml")):
        for name, part in tomllib.loads(more.read_text(encoding="utf-8")).items():
            # `button` and `words` belong to all subjects together
            found[name] = found[name] | part if name in found else part
    return found


def render(
    template: str,
    language: str,
    facts: dict[str, str],
    *,
    profile: Profile,
    site: str,
    link: str = "",
    rows: Sequence[Mapping[str, str]] = (),
    opt_out: str = "",
) -> Mail:
    """Return the mail.

    Args:
        template: name of a text.
        language: of the texts.
        facts: values of the placeholders; ISO dates, ISO instants and the words of `[words]` are written out.
        profile: for the registry's title and its time zone.
        site: address of the hosted pages, without a trailing slash.
        link: what `{link}` becomes; only texts with a link take one.
        rows: what `{rows}` lists: facts, and under `text` which of the text's `rows` takes them.
        opt_out: address of the page that ends mails of this kind; every mail that nobody asked for has one.

    Raises:
        ConfigurationError: the text does not exist, lacks a fact or has no place for the link.
    """
    known = texts(language)
    if template not in known or "subject" not in known[template]:
        raise ConfigurationError(f"There is no mail {template!r} in {language!r}.")
    words = known.get("words", {})

    def written(given: Mapping[str, str]) -> dict[str, str]:
        return {name: _written(words.get(name, {}).get(value, value), known, profile) for name, value in given.items()}

    values = written(facts)
    values |= {"registry": profile.titled(language), "site": site, **({"link": link} if link else {})}
    source = known[template]
    listed = [source.get("rows", {})[row["text"]].format(**written(row)) for row in rows]
    if listed:
        values["rows"] = "\n".join(f"* {line}" for line in listed)
    needed = placeholders(source["subject"]) | placeholders(source["body"])
    if needed - set(values) or (link and "link" not in needed):
        missing = ", ".join(sorted(needed - set(values))) or "a place for its link"
        raise ConfigurationError(f"The mail {template!r} lacks {missing}.")
    footer = known["footer"].format(**values)
    body = source["body"].strip()
    button = known["button"].get(template, link)
    paragraphs = [_paragraph(part, values, button, listed) for part in [*body.split("\n\n"), known["footer"]]]
    if opt_out:
        footer += f"\n{known['opt_out']}: {opt_out}"
        paragraphs.append(f'<p><a href="{escape(opt_out)}">{escape(known["opt_out"])}</a></p>')
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>'
        f'{escape(source["subject"].format(**values))}</title></head><body style="{_STYLE}">'
        f"{''.join(paragraphs)}</body></html>"
    )
    return Mail(
        " ".join(source["subject"].format(**values).split()), f"{body.format(**values)}\n\n-- \n{footer}\n", html
    )


def spoken(template: str, language: str, facts: dict[str, str], *, profile: Profile) -> str:
    """Return a text for a telephone line: the body alone, in one paragraph.

    Raises:
        ConfigurationError: as `render`.
    """
    known = texts(language)
    if template not in known or placeholders(known[template]["body"]) - {*facts, "registry"}:
        raise ConfigurationError(f"There is no text {template!r} in {language!r} for these facts.")
    return " ".join(str(known[template]["body"]).format(**facts, registry=profile.titled(language)).split())


def placeholders(text: str) -> set[str]:
    """Return the names in a text's braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _paragraph(part: str, values: dict[str, str], button: str, listed: Sequence[str]) -> str:
    if part.strip() == "{rows}":
        return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in listed)}</ul>"
    if part.strip() == "{link}":
        return f'<p><a href="{escape(values["link"])}" style="{_BUTTON}">{escape(button)}</a></p>'
    return f"<p>{escape(part).format(**{name: escape(value) for name, value in values.items()})}</p>"


def _written(value: str, known: dict[str, Any], profile: Profile) -> str:
    if _DAY.fullmatch(value):
        return _day(date.fromisoformat(value), known)
    if _INSTANT.fullmatch(value):
        local: datetime = from_text(value).astimezone(profile.zone)
        return str(
            known["dates"]["instant"].format(
                date=_day(local.date(), known), time=local.strftime("%H:%M"), zone=local.tzname()
            )
        )
    return value


def _day(day: date, known: dict[str, Any]) -> str:
    dates = known["dates"]
    return str(dates["day"].format(day=day.day, month=dates["months"][day.month - 1], year=day.year))
