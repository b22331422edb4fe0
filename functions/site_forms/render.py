"""The site's pages: its templates and texts to HTML, for the static pages (`web.build`) and the forms' answers."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from quietline.pages.render import Renderer, shared_texts
from quietline.profiles.profile import Profile, load_profile

HERE = Path(__file__).parent
FOOTER = (
    "register",
    "verify",
    "remove",
    "stop",
    "complain",
    "complaint_status",
    "who_called",
    "sellers",
    "privacy",
    "accessibility",
)


@cache
def texts(language: str) -> dict[str, Any]:
    """Return the texts of one of the profile's languages, placeholders (`{max_numbers}` …) not yet filled.

    Raises:
        FileNotFoundError: there are none; a profile's language needs a file of texts.
    """
    found = shared_texts(language) | _read(HERE / "texts" / f"{language}.toml")
    for path in sorted((HERE / "texts" / language).glob("*.toml")):
        for name, part in _read(path).items():
            # `titles`, `errors` and `links` belong to all subjects together
            found[name] = found[name] | part if name in found else part
    return found


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


class Pages(Renderer):
    """Renders the pages of one jurisdiction."""

    def __init__(self, profile: Profile) -> None:
        """Load the texts of the profile's languages."""
        super().__init__(profile, {language: texts(language) for language in profile.languages}, [HERE / "templates"])

    def page(self, template: str, language: str, **values: Any) -> str:
        """Return a page.

        Args:
            template: name of a template without `.html`.
            language: one of the profile's.
            values: what the template needs besides texts: `values` and `errors` of a form, and so on.
        """
        titles, proof = self.text(language)["titles"], self._profile.registration.proof
        context: dict[str, Any] = {"title": titles.get(template, titles["problem"])} | values
        context |= {
            "footer_links": [
                {"href": f"/{language}/{name.replace('_', '-')}/", "text": titles[name]} for name in FOOTER
            ]
            + [{"href": f"/data/{language}/", "text": titles["data"]}],
            "subjects": [
                {"code": str(subject.code), "label": subject.label[language]}
                for subject in self._profile.complaints.subjects
            ],
            "max_calls": self._profile.complaints.max_calls,
            "more_fields": [
                f"more_calls-{row}-{part}"
                for row in range(1, self._profile.complaints.max_calls)
                for part in ("call_date", "call_time")
            ],
            "kinds": list(self._profile.evidence.kinds),
            "proof_channels": channels_of(self.text(language), proof.channels if proof else ()),
            "number_fields": [f"numbers-{index}" for index in range(self._profile.registration.max_numbers)],
        }
        return self.render(template, language, context)


def channels_of(text: dict[str, Any], channels: Sequence[str]) -> list[dict[str, str]]:
    """Return the choices by what a code can be told."""
    return [{"value": channel, "label": text["line"]["channels"][channel]} for channel in channels]


@cache
def _made(profile_name: str) -> Pages:
    return Pages(load_profile(profile_name))


def pages(profile: Profile) -> Pages:
    """Return the pages of a jurisdiction, made once per container."""
    return _made(profile.name)
