"""The portal's templates and texts to HTML; the layout and the parts of forms are `quietline.pages`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from quietline.pages.render import Renderer, shared_texts
from quietline.profiles.profile import Profile, load_profile

HERE = Path(__file__).parent


@cache
def texts(language: str) -> dict[str, Any]:
    """Return a language's texts, placeholders not yet filled: the shared ones, and each file under its name.

    `errors` and `problems` of a file add to the shared ones.
    """
    found = shared_texts(language)
    merged = found | {name: dict(found[name]) for name in ("errors", "problems")}
    for path in sorted((HERE / "texts" / language).glob("*.toml")):
        own = tomllib.loads(path.read_text(encoding="utf-8"))
        for name in ("errors", "problems"):
            merged[name] |= own.pop(name, {})
        merged[path.stem] = own
    return merged


class Pages(Renderer):
    """Renders the pages of one jurisdiction."""

    def __init__(self, profile: Profile) -> None:
        """Load the texts of the profile's languages."""
        super().__init__(profile, {language: texts(language) for language in profile.languages}, [HERE / "templates"])

    def page(self, template: str, language: str, values: Mapping[str, Any]) -> str:
        """Return a page; see `Renderer.render`."""
        words = self.text(language)["portal"]["footer"]
        footer = [
            {"href": f"/{language}/", "text": words["site"]},
            {"href": f"/{language}/privacy/", "text": words["privacy"]},
            {"href": f"/{language}/accessibility/", "text": words["accessibility"]},
        ]
        return self.render(template, language, {"footer_links": footer, **values})


@cache
def _made(profile_name: str) -> Pages:
    return Pages(load_profile(profile_name))


def pages(profile: Profile) -> Pages:
    """Return the pages of a jurisdiction, made once per container."""
    return _made(profile.name)
