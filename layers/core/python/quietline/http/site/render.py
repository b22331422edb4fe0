"""Templates and texts of a set of pages to HTML; the layout and the parts of forms are `quietline.pages`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from quietline.pages.render import Renderer, shared_texts
from quietline.profiles.profile import Profile, load_profile

HERE = Path(__file__).parent
EVERYWHERE = ("errors", "problems")
"""Tables that a subject's file adds to the shared ones."""


@cache
def texts(language: str, folder: Path) -> dict[str, Any]:
    """Return a language's texts, placeholders not yet filled: the shared ones, and each file under its name.

    Args:
        language: one of the profile's.
        folder: where the function's own lie, as `texts/<language>/<subject>.toml`; they win over shared ones.
    """
    found = shared_texts(language)
    merged: dict[str, Any] = found | {name: dict(found[name]) for name in EVERYWHERE}
    for place in (HERE, folder):
        for path in sorted((place / "texts" / language).glob("*.toml")):
            own = tomllib.loads(path.read_text(encoding="utf-8"))
            for name in EVERYWHERE:
                merged[name] |= own.pop(name, {})
            merged[path.stem] = _joined(merged.get(path.stem, {}), own)
    return merged


def _joined(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return both, table by table; the second one wins."""
    made = dict(first)
    for name, value in second.items():
        known = made.get(name)
        made[name] = _joined(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return made


class Pages(Renderer):
    """Renders the pages of one jurisdiction."""

    def __init__(self, profile: Profile, folder: Path, name: str) -> None:
        """Load the texts of the profile's languages; `text[name]["footer"]` words the footer."""
        own = {language: texts(language, folder) for language in profile.languages}
        super().__init__(profile, own, [folder / "templates", HERE / "templates"])
        self._name = name

    def page(self, template: str, language: str, values: Mapping[str, Any]) -> str:
        """Return a page; see `Renderer.render`."""
        words = self.text(language)[self._name]["footer"]
        footer = [
            {"href": f"/{language}/", "text": words["site"]},
            {"href": f"/{language}/privacy/", "text": words["privacy"]},
            {"href": f"/{language}/accessibility/", "text": words["accessibility"]},
        ]
        return self.render(template, language, {"footer_links": footer, **values})


@cache
def pages(profile_name: str, folder: Path, name: str) -> Pages:
    """Return the pages of a jurisdiction, made once per container."""
    return Pages(load_profile(profile_name), folder, name)
