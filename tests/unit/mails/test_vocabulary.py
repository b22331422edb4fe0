"""One word for one thing, in every text that people read."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PLACES = (
    "layers/core/python/quietline/mails/texts",
    "functions/site_forms/texts",
    "functions/portal/texts",
    "functions/console/texts",
)


def test_spanish_texts_use_one_word_for_a_complaint() -> None:
    files = [
        path for place in PLACES for path in (ROOT / place).rglob("*.toml") if "es" in {path.stem, path.parent.name}
    ]
    assert len(files) >= 10

    found = [
        f"{path.relative_to(ROOT)}: {line.strip()[:80]}"
        for path in files
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bquej", line, re.IGNORECASE)
    ]

    assert not found, "say `denuncia`"
