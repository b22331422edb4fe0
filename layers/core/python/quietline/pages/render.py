"""Templates and texts to HTML. Autoescape is on for every template; a text is data and never markup."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from minijinja import Environment

from quietline.profiles.profile import Profile

HERE = Path(__file__).parent
WORDED_AS_YEARS = 2 * 365
"""From so many days on, a span is told in whole years."""


@cache
def shared_texts(language: str) -> dict[str, Any]:
    """Return the words that every page may need, placeholders not yet filled.

    Raises:
        FileNotFoundError: there are none; a profile's language needs a file of texts.
    """
    return tomllib.loads((HERE / "texts" / f"{language}.toml").read_text(encoding="utf-8"))


def facts(profile: Profile, language: str, spans: Mapping[str, str]) -> dict[str, str]:
    """Return what the texts of a language say of the law, all from the profile; `spans` words days and years."""
    days = profile.complaints.window_days
    window = spans["days"].format(n=days) if days < WORDED_AS_YEARS else spans["years"].format(n=days // 365)
    return {
        "registry": profile.titled(language),
        "max_numbers": str(profile.registration.max_numbers),
        "link_hours": str(profile.registration.link_hours),
        "code_minutes": str(profile.registration.removal.minutes),
        "undo_hours": str(profile.registration.undo_hours),
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


class Renderer:
    """Renders templates with the texts of a jurisdiction's languages.

    Args:
        profile: the jurisdiction.
        texts: language → texts, placeholders not yet filled.
        templates: folders where templates are looked for, the first one first; the shared ones come last.
    """

    def __init__(self, profile: Profile, texts: Mapping[str, Mapping[str, Any]], templates: Sequence[Path]) -> None:
        self._profile = profile
        self._folders = (*templates, HERE / "templates")
        self._texts: dict[str, dict[str, Any]] = {
            language: filled(dict(text), facts(profile, language, text["spans"])) for language, text in texts.items()
        }
        self._environment = Environment(
            loader=self._source,
            auto_escape_callback=lambda _name: True,
            undefined_behavior="strict",
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def text(self, language: str) -> dict[str, Any]:
        """Return the filled texts of a language."""
        return self._texts[language]

    def render(self, template: str, language: str, values: Mapping[str, Any]) -> str:
        """Return a page.

        Args:
            template: name of a template without `.html`.
            language: one of the profile's.
            values: what the template needs besides texts; `title` is needed by the layout.
        """
        defaults = {"values": {}, "errors": [], "error_of": {}, "path": "", "prefix": ""}
        context = defaults | dict(values)
        context |= {
            "t": self._texts[language],
            "lang": language,
            "registry": self._profile.titled(language),
            "languages": [{"code": code, "name": text["language_name"]} for code, text in self._texts.items()],
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

    def _source(self, name: str) -> str:
        for folder in self._folders:
            path = folder / name
            if path.is_file():
                return path.read_text(encoding="utf-8")
        raise FileNotFoundError(name)
