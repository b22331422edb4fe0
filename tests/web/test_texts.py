"""Both languages say the same, and every code that a field can be refused with has a sentence."""

import re
from pathlib import Path
from typing import Any

import pytest
from quietline.complaints.model import Outcome, Stage
from quietline.http.site import render
from quietline.kernel.phone import Reason
from quietline.mails import address, links
from quietline.pages.render import facts
from quietline.profiles.profile import Profile
from quietline.sellers import caller_numbers, closing, record, tax

from functions.site_forms.render import pages, texts
from tests.web.codes import codes_in, field_codes

FUNCTIONS = Path(__file__).parents[2] / "functions"

ON_DEMAND = {"{day}", "{month}", "{year}", "{n}", "{row}", "{subject}", "{megabytes}", "{minutes}"}
"""Placeholders that a page fills itself."""


def paths(value: Any, at: str = "") -> dict[str, set[str]]:
    """Text path → the placeholders of its text."""
    if isinstance(value, dict):
        return {k: v for name, part in value.items() for k, v in paths(part, f"{at}.{name}").items()}
    if isinstance(value, list):
        return {k: v for index, part in enumerate(value) for k, v in paths(part, f"{at}[{index}]").items()}
    return {at: set(re.findall(r"\{\w+\}", value))}


def test_each_language_has_the_same_texts_with_the_same_facts(profile: Profile) -> None:
    first = paths(texts(profile.languages[0]))
    for language in profile.languages[1:]:
        assert paths(texts(language)) == first


@pytest.mark.parametrize("site", ["portal", "console", "publish_statistics"])
def test_each_language_of_a_site_with_people_has_the_same_texts(site: str, profile: Profile) -> None:
    folder = FUNCTIONS / site
    first = paths(render.texts(profile.languages[0], folder))
    assert len(first) > 60
    for language in profile.languages[1:]:
        other = paths(render.texts(language, folder))
        assert {name for name in first.keys() ^ other.keys() if not name.startswith(".colours")} == set()
        assert {name: (first[name], other[name]) for name in first if first[name] != other[name]} == {}


def test_what_an_organizations_forms_are_refused_with_has_a_sentence(profile: Profile) -> None:
    codes = codes_in(caller_numbers, closing, record, tax) | {reason.value for reason in Reason}
    assert len(codes) > 10
    for language in profile.languages:
        assert codes <= set(render.texts(language, FUNCTIONS / "portal")["errors"])


def test_every_placeholder_is_filled(profile: Profile) -> None:
    known = {f"{{{name}}}" for name in facts(profile, "en", texts("en")["spans"])} | ON_DEMAND
    for language in profile.languages:
        assert set().union(*paths(texts(language)).values()) <= known
        left = set().union(*paths(pages(profile).text(language)).values())
        assert left <= ON_DEMAND


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_refusal_has_a_sentence(language: str, profile: Profile) -> None:
    t = texts(language)
    codes = field_codes() | {reason.value for reason in Reason} | set(address.SENTENCES)
    assert len(codes) > 15
    assert codes <= set(t["errors"])
    assert set(t["links"]) == set(links.SENTENCES)
    assert set(t["stages"]) == {stage.value for stage in Stage}
    assert set(t["outcomes"]) == {outcome.value for outcome in Outcome}
    assert set(t["decisions"]) == set(profile.cases.decisions)
    assert len(t["dates"]["months"]) == 12
