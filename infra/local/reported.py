"""Sample days of reported calls in the FTC's format, as its own files look; every caller is a number of fiction."""

import csv
import io
import random
from datetime import date, datetime, timedelta

from quietline.profiles.profile import Profile

ROBOCALLS = 0.62
CALLERS = 900
"""Callers who are complained about again and again; the others appear once."""
CITIES = (
    "Springfield",
    "Franklin",
    "Clinton",
    "Georgetown",
    "Salem",
    "Fairview",
    "Madison",
    "Arlington",
    "Ashland",
    "",
)
HEADER = (
    "Company_Phone_Number",
    "Created_Date",
    "Violation_Date",
    "Consumer_City",
    "Consumer_State",
    "Consumer_Area_Code",
    "Subject",
    "Recorded_Message_Or_Robocall",
)


def sample_file(day: date, rows: int, profile: Profile) -> str:
    """Return the file of a date: states by their residents, callers by a long tail; the same date, the same file."""
    chance = random.Random(f"quietline {day.isoformat()}")
    callers = [_number(random.Random(f"caller {index}"), profile) for index in range(CALLERS)]
    states = profile.statistics.states
    weights = [state.population for state in states]
    subjects = [one.open_data_label for one in profile.complaints.subjects if not one.diverted]
    covered = profile.open_data.covered(day)
    made: list[tuple[str, ...]] = []
    for _row in range(rows):
        state = chance.choices(states, weights)[0].name
        created = datetime.combine(chance.choice(covered), datetime.min.time()) + timedelta(
            seconds=chance.randrange(86_400)
        )
        called = created - timedelta(minutes=int(chance.expovariate(1 / 900)) + 1)
        # the first callers are the busiest
        often = chance.random() < 0.7
        caller = callers[min(int(chance.paretovariate(0.6)) - 1, CALLERS - 1)] if often else _number(chance, profile)
        made.append(
            (
                caller,
                f"{created:%Y-%m-%d %H:%M:%S}",
                f"{called:%Y-%m-%d %H:%M}:00",
                chance.choice(CITIES),
                state,
                chance.choice(profile.areas[state]),
                chance.choices(subjects, range(len(subjects), 0, -1))[0],
                "Y" if chance.random() < ROBOCALLS else "N",
            )
        )
    made.sort(key=lambda row: row[1])
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(made)
    return text.getvalue()


def _number(chance: random.Random, profile: Profile) -> str:
    prefix, low, high = profile.numbering.fictitious[0]
    return f"{chance.choice(profile.area_keys)}{prefix}{chance.randint(low, high):04d}"
