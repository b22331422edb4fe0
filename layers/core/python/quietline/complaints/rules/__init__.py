"""The rules of screening: each a pure function with its source. They answer; `decide.screen` decides.

`listing` has the law of the list, `intake` which reports count at all, `claims` what the consumer says of a possible
exemption, `caller` what the caller's number tells. Only the first two and a stop request decide an outcome; the others
are kept with the complaint for whoever investigates the caller.
"""

from quietline.complaints.rules.decide import screen
from quietline.complaints.rules.facts import Facts

__all__ = ["Facts", "screen"]
