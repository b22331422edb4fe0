"""Maps of states as tiles; a profile without one has lists and tables alone."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

MAPS = Path(__file__).parent


@cache
def map_of(profile_name: str) -> dict[str, dict[str, Any]]:
    """Return a jurisdiction's map: state → {code, column, row, names where a language has its own}; maybe empty."""
    path = MAPS / f"{profile_name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
