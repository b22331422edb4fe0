"""The pages: templates and texts to HTML. The static pages (`web.build`) and the forms' answers share them.

Autoescape is on for every template; a text is data and never markup.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from minijinja import Environment
from quietline.profiles.profile import Profile, load_profile

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
TEXTS = HERE / "texts"
WORDED_AS_YEARS = 2 * 365
"""From so many days on, a span is told in whole years."""


@cache
def texts(language: str) -> dict[str, Any]:
    """Return the texts of one of the profile's languages, placeholders (`{max_numbers}` …) not yet filled.

    Raises:
        FileNotFoundError: there are none; a profile's language needs a file of texts.
    """
    return tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))


def facts(profile: Profile, spans: Mapping[str, str]) -> dict[str, str]:
    """Return what the texts say of the law, all from the profile; `spans` words days and years."""
    days = profile.complaints.window_days
    window = spans["days"].format(n=days) if days < WORDED_AS_YEARS else spans["years"].format(n=days // 365)
    return {
        "registry": profile.title,
        "max_numbers": str(profile.registration.max_numbers),
        "link_hours": str(profile.registration.link_hours),
        "binding_after_days": str(profile.registration.binding_after_days),
        "grace_days": str(profile.complaints.grace_days),
        "window": window,
        "max_comments": str(profile.complaints.max_comments),
    }


def filled(value: Any, known: Mapping[str, str]) -> Any:
    """Return texts with each `{name}` of `known` replaced; other braces stay."""
    if isinstance(value, str):
        for name, text in known.items():
            value = value.replace("{" + name + "}", text)
        return value
    if isinstance(value, dict):
        return {name: filled(part, known) for name, part in value.items()}
    if isinstance(value, list):
        return [filled(part, known) for part in value]
    return value


class Pages:
    """Renders the pages of one jurisdiction."""

    def __init__(self, profile: Profile) -> None:
        """Load the texts of the profile's languages."""
        self._profile = profile
        self._texts: dict[str, dict[str, Any]] = {
            language: filled(texts(language), facts(profile, texts(language)["spans"]))
            for language in profile.languages
        }
        self._environment = Environment(
            loader=_source,
            auto_escape_callback=lambda _name: True,
            undefined_behavior="strict",
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def text(self, language: str) -> dict[str, Any]:
        """Return the filled texts of a language."""
        return self._texts[language]

    def page(self, template: str, language: str, **values: Any) -> str:
        """Return a page.

        Args:
            template: name of a template without `.html`.
            language: one of the profile's.
            values: what the template needs besides texts: `values` and `errors` of a form, and so on.
        """
        t = self._texts[language]
        title = t["titles"].get(template, t["titles"]["problem"])
        defaults: dict[str, Any] = {"values": {}, "errors": [], "error_of": {}, "title": title, "path": ""}
        context = defaults | values
        context |= {
            "t": t,
            "lang": language,
            "registry": self._profile.title,
            "languages": [{"code": code, "name": text["language_name"]} for code, text in self._texts.items()],
            "subjects": [
                {"code": str(subject.code), "label": subject.label[language]}
                for subject in self._profile.complaints.subjects
            ],
            "number_fields": [f"numbers-{index}" for index in range(self._profile.registration.max_numbers)],
        }
        return self._environment.render_template(f"{template}.html", **context)

    def day(self, day: date, language: str) -> str:
        """Return a date in words."""
        t = self._texts[language]["dates"]
        return str(t["day"].format(day=day.day, month=t["months"][day.month - 1], year=day.year))

    def instant(self, at: datetime, language: str) -> str:
        """Return an instant in words, in the registry's time zone."""
        local = at.astimezone(self._profile.zone)
        return f"{self.day(local.date(), language)}, {local:%H:%M} {local.tzname()}"


@cache
def _made(profile_name: str) -> Pages:
    return Pages(load_profile(profile_name))


def pages(profile: Profile) -> Pages:
    """Return the pages of a jurisdiction, made once per container."""
    return _made(profile.name)


def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
