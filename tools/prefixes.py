"""Write `quietline/washes/prefixes/<profile>.txt`: what `kernel.phone` says of each six-digit prefix.

`python -m tools.prefixes [profile]` asks `kernel.phone.parse` about every prefix (minutes); run it after an update of
phonenumbers or of a profile's areas. A unit test fails while the file belongs to other numbering data.
"""

import sys
from pathlib import Path

import phonenumbers
from quietline.kernel import phone
from quietline.kernel.errors import InvalidPhoneNumberError
from quietline.profiles import load_profile

FOLDER = Path(__file__).parents[1] / "layers/core/python/quietline/washes/prefixes"
TAILS = tuple(digit * 4 for digit in "0123456789")
"""Last four digits that are tried with each prefix; where they differ, the prefix alone does not decide. The numbering
data never looks beyond the seventh digit, so one of each kind is enough (a unit test reads its patterns)."""
HEAD = """# What quietline.kernel.phone says of national numbers by their first six digits, from each prefix on.
# `taken` is a number of this registry, `ask` is not decided by the prefix. Written by python -m tools.prefixes.
# profile {profile} · phonenumbers {version}
"""


def main() -> int:
    """Write the file of one profile."""
    name = sys.argv[1] if len(sys.argv) > 1 else "us"
    rules = load_profile(name).rules
    lines, before = [], ""
    for prefix in range(1_000_000):
        found = verdict(f"{prefix:06d}", rules)
        if found != before:
            lines.append(f"{prefix:06d} {found}\n")
            before = found
    path = FOLDER / f"{name}.txt"
    path.write_text(HEAD.format(profile=name, version=phonenumbers.__version__) + "".join(lines), encoding="utf-8")
    return 0


def verdict(prefix: str, rules: phone.NumberingRules) -> str:
    """Return `taken`, a `kernel.phone.Reason` or `ask` for the numbers that begin with a prefix."""
    if prefix[0] in "01":  # a trunk or international prefix may be meant
        return "ask"
    fiction = {f"{low:04d}" for start, low, _ in rules.fictitious if prefix.endswith(start)}
    said = {_said(prefix + tail, rules) for tail in {*TAILS, *fiction}}
    return said.pop() if len(said) == 1 else "ask"


def _said(text: str, rules: phone.NumberingRules) -> str:
    try:
        number = phone.parse(text, rules)
    except InvalidPhoneNumberError as error:
        return str(error.reason)
    return "taken" if number.e164 == f"+{rules.calling_code}{text}" else "ask"


if __name__ == "__main__":
    raise SystemExit(main())
