"""Who is accused: found from the calls, by a carrier or by an investigator; whoever is not any more is told."""

from collections.abc import Sequence
from dataclasses import replace

from quietline.cases.investigation.model import Attribution, Investigation, ReplyState, Way
from quietline.cases.investigation.ports import Callers, InvestigationStore
from quietline.cases.model import Accusation, Case, Event
from quietline.kernel.errors import NotFoundError
from quietline.profiles.profile import Profile

FOUND = frozenset({Way.DECLARED, Way.NAME, Way.UNKNOWN})
"""Ways that follow from the calls alone; what a carrier or an investigator said stays when calls change."""


def attributed(callers: Callers, profile: Profile, case: Case, calls: tuple[Accusation, ...]) -> Attribution:
    """Return whom the calls point to: who had declared the number on their days, or who has the name that was given."""
    signs = tuple(sorted({sign for call in calls for sign in call.signs}))
    # a number like the consumer's own may be real; one that cannot exist is nobody's, whoever declared it
    may_be_real = case.caller_number and "caller_number" not in signs
    if may_be_real and (found := declared_by(callers, profile, case.caller_number, calls)):
        return attribution_of(callers, found, Way.DECLARED, signs)
    name = case.caller_name or next((call.caller_name for call in calls if call.caller_name), "")
    if name and (found := callers.named(name)):
        return attribution_of(callers, found, Way.NAME, signs)
    return Attribution(Way.UNKNOWN, name=name, spoofed=bool(signs), signs=signs)


def declared_by(callers: Callers, profile: Profile, e164: str, calls: Sequence[Accusation]) -> str:
    """Return the one organization that had declared a number on all days of the calls; empty for none, or several."""
    days = {profile.local_date(call.called_at) for call in calls}
    declared = {callers.declared_by(e164, day) for day in days}
    return declared.pop() if len(declared) == 1 else ""


def changed(before: Attribution, now: Attribution) -> bool:
    """Tell whether changed calls point to somebody else than before.

    Nobody is cleared by a machine because the calls point to nobody any more: that is for investigators.
    """
    return before.way in FOUND and now != before and (now.is_known or not before.is_known)


def attribution_of(callers: Callers, organization_id: str, way: Way, signs: tuple[str, ...] = ()) -> Attribution:
    """Return the attribution to a registered organization.

    Raises:
        NotFoundError: there is no such organization.
    """
    found = callers.get(organization_id)
    if found is None:
        raise NotFoundError("There is no such organization.")
    return Attribution(way, found.id, found.san, found.name, found.exempt, bool(signs), signs)


def accuse(store: InvestigationStore, callers: Callers, kept: Investigation, made: Attribution, event: Event) -> None:
    """Keep who is accused; another organization that was asked about the calls is cleared and told.

    Raises:
        ChangedMeanwhileError: somebody else wrote between.
    """
    known, cleared, told = kept.attribution, None, None
    if known and known.is_known and known.organization_id != made.organization_id:
        asked = store.reply(kept.case_id, known.organization_id)
        if asked and asked.state is not ReplyState.CLEARED:
            cleared, told = replace(asked, state=ReplyState.CLEARED), callers.get(known.organization_id)
    store.accuse(replace(kept, attribution=made), event, cleared, told)
