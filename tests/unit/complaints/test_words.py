"""Every outcome and stage has words wherever people read them."""

import tomllib
from pathlib import Path

import pytest
from quietline.complaints.model import Outcome, Stage

FUNCTIONS = Path(__file__).parents[3] / "functions"


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("place", ["site_forms/texts/{}.toml", "console/texts/{}/cases.toml"])
def test_every_outcome_has_words(place: str, language: str) -> None:
    words = tomllib.loads((FUNCTIONS / place.format(language)).read_text(encoding="utf-8"))["outcomes"]

    assert set(words) == {outcome.value for outcome in Outcome}


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_stage_has_words(language: str) -> None:
    words = tomllib.loads((FUNCTIONS / f"site_forms/texts/{language}.toml").read_text(encoding="utf-8"))["stages"]

    assert set(words) == {stage.value for stage in Stage}
