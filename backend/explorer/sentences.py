"""Sentences that a run wrote in English, said in the page's language.

`analysis/ladder.py` composes each reason and outlook from a fixed set of clauses and numbers, and the desk
begins what it logs with one of a few phrases. The patterns here are those.
"""

from __future__ import annotations

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from backend.common.phrases import SLUG, Patterns, Phrases

COUNTS: Patterns = (
    _(
        "fewer than %(n)s unverified contributors where %(expected)s would be expected from how "
        "often this model and this subject are reported"
    ),
    _(
        "%(n)s unverified contributors where %(expected)s would be expected from how often this "
        "model and this subject are reported"
    ),
)
STURDY: Patterns = (
    _(
        "It stays when any one group that writes from the same template is left out, and it would still "
        "stand out without any %(n)s of all its contributors."
    ),
)
BEFORE: Patterns = (_(", %(share)s of %(n)s before"),)
AGAINST: Patterns = (
    _(
        ", against %(domain)s at other vendors' models in this subject and %(model)s at this "
        "model in other subjects"
    ),
    _(", against %(domain)s at other vendors' models in this subject"),
    _(", against %(model)s at this model in other subjects"),
)
OWN: Patterns = (
    _("%(share)s of %(n)s were bad (%(low)s to %(high)s)"),
    _("fewer than %(few)s contributors called any of %(n)s bad"),
    _("fewer than %(few)s contributors called any of %(n)s fine"),
)
RATES: Patterns = (
    "%(own)s%(before)s%(against)s", "%(own)s%(before)s", "%(own)s%(against)s", "%(own)s",
)  # fmt: skip
UNCONFIRMED: Patterns = (
    _(": too few answers drawn at random were rated, and nobody has asked again"),
    _(": too few answers drawn at random were rated, and asking again did not decide it"),
    _(
        ": more random answers are rated bad (%(rates)s), but the other kind of symptom stands out "
        "more here, and ratings can't tell the two apart"
    ),
    _(
        ": ratings of random answers point the same way (%(rates)s), not yet beyond what a hard "
        "subject, a weak model and their past would explain together"
    ),
    _(": there are no ratings from before to compare with (%(rates)s)"),
    _(": ratings of random answers do not show it yet (%(rates)s)"),
)
LEAN: Patterns = (
    _(
        "Contributors reported it %(times)s times as often as before, against what else they report: alone "
        "this would be too little to say anything."
    ),
    _(
        "Contributors reported it more often than before, against what else they report: alone this would "
        "be too little to say anything."
    ),
)
UP: Patterns = (
    _(
        "More answers drawn at random are rated bad: %(rates)s, more, since then, than the model, the "
        "subject and what they were before explain together. It stays without the %(n)s contributors who "
        "called most of them bad. %(lean)s"
    ),
    _(
        "Answers drawn at random were rated bad more often than the model, the subject and what they were "
        "before explain together; whether it goes on, the last %(weeks)s weeks alone do not tell: %(rates)s. "
        "It stays without the %(n)s contributors who called most of them bad. %(lean)s"
    ),
)
ROSE: Patterns = (
    _(
        "Answers drawn at random were rated bad more often than the model, the subject and what they were "
        "before explain together, also without the %(n)s contributors who called most of them "
        "bad, and no longer are. %(lean)s"
    ),
)
NEWLY_WRONG: Patterns = (
    _(
        "%(now)s of %(n)s answers that had been right are wrong now, at %(accounts)s accounts; %(repeats)s "
        "were when they were repeated before, and %(controls)s in other subjects are now"
    ),
)
INSTRUMENTS: Patterns = (
    _("versions of the extension and versions of the redaction"),
    _("versions of the extension"),
    _("versions of the redaction"),
)
REASONS: Patterns = (
    _(
        "It stood out and it ended: %(counts)s while it lasted. After the end fewer reports came "
        "than if even half of the excess had gone on."
    ),
    _(
        "%(counts)s. %(sturdy)s Ratings of answers drawn at random agree: %(rates)s, more, since "
        "then, than the model, the subject and what they were before explain together."
    ),
    _("%(counts)s. %(sturdy)s Reports nominate, they do not confirm%(unconfirmed)s."),
    *UP,
    *ROSE,
    _("The vendor confirms it (%(address)s): %(counts)s. %(sturdy)s"),
    _("The vendor confirms it (%(address)s): %(up)s"),
    _("It was counted as acknowledged by a source that was taken down since: %(up)s"),
    _("It stood out, the vendor confirmed it (%(address)s), and it ended: %(rose)s"),
    _(
        "It stood out, it was counted as acknowledged by a source that was taken down since, and it ended: "
        "%(rose)s"
    ),
    _(
        "It was counted as acknowledged by a source that was taken down since: %(counts)s. %(sturdy)s"
    ),
    _(
        "It stood out, the vendor confirmed it (%(address)s), and it ended: %(counts)s while it lasted. "
        "After the end fewer reports came than if even half of the excess had gone on."
    ),
    _(
        "It stood out, it was counted as acknowledged by a source that was taken down since, and it ended: "
        "%(counts)s while it lasted. After the end fewer reports came than if even half of the excess had "
        "gone on."
    ),
    _("Asked again, under control, the answers are worse: %(newly_wrong)s."),
    _(
        "Asked again, under control, no difference was found: %(newly_wrong)s. That %(n)s percentage "
        "points more of these are wrong is excluded, and no single account saw it."
    ),
    _(
        "%(counts)s, but not once %(instruments)s are accounted for: the instrument has changed, "
        "so this does not show that the world has."
    ),
    _(
        "%(uncapped)s unverified contributors, but near-copies of one text count once, and a group "
        "that writes from the same template counts for at most %(n)s contributors or %(share)s of "
        "the cell. That leaves %(counts)s: not enough."
    ),
    _("%(counts)s: below the floor of %(n)s contributors."),
    _("%(counts)s: chance alone would do this too often."),
    _(
        "%(counts)s, but it rests on one group: without the largest group that writes from the "
        "same template it does not stand out."
    ),
    _(
        "%(counts)s, but without any %(n)s of them it would not stand out: too few people could "
        "make or undo it."
    ),
    _(
        "%(counts)s: with so many subjects, models and weeks looked at, chance alone would do this "
        "somewhere."
    ),
    _("What is now on file no longer stands out in this cell."),
    _("It and another finding of the same model and subject turned out to be one event."),
    _("What had been one event turned out to be two; this keeps the longer part."),
)
OUTLOOKS: Patterns = (
    _("It would become resolved once its end has evidence of its own."),
    _("It would stand out again, as an event of its own, if reports rose again."),
    _("It would stand out again, as an event of its own, if more answers were rated bad again."),
    _("It would become replicated if the same prompts, asked again under control, came out worse."),
    _("It would become reported if it stood out among reports of one and the same instrument."),
    _("It would become reported if contributors of more than one group agreed."),
    _("It would become reported with more independent contributors in one window."),
    _(
        "It would become reported with about %(n)s independent contributors in one window, if the "
        "expected number stays as it is."
    ),
    _(
        "It would become corroborated with ratings of random answers of this model in this subject, "
        "in its other subjects, and of other vendors' models; there are too few."
    ),
    _(
        "It would become corroborated if random answers were rated bad more often than they will have "
        "been: a past of some weeks must be seen first."
    ),
    _(
        "It would become corroborated if random answers were rated bad more often than in the past; at the "
        "shares seen so far no number of ratings would do."
    ),
    _(
        "The ratings would be enough if both comparisons, with other vendors and with the model's "
        "other subjects, raised the alarm for this kind of symptom."
    ),
    _("Ratings can't corroborate it while the other kind of symptom stands out more here."),
    _("It would become corroborated with about %(n)s more ratings, if their shares stay."),
    _("It would become corroborated with more ratings, if their shares stay."),
)
MODERATED: Patterns = (
    _("The vendor's reply was published by a moderator: %(words)s"),
    _("The vendor's reply was taken down by a moderator: %(words)s"),
    _("The source in which the vendor confirmed it was taken down by a moderator: %(words)s"),
    _("Published by a moderator: %(words)s"),
    _("Held by a moderator: %(words)s"),
)
"""How the log begins what a moderator decided; the words are the moderator's own."""
LADDER = Phrases(
    {
        "counts": COUNTS, "sturdy": STURDY, "own": OWN, "rates": RATES, "before": BEFORE,
        "against": AGAINST, "unconfirmed": UNCONFIRMED, "instruments": INSTRUMENTS, "lean": LEAN,
        "up": (*UP, *ROSE), "rose": ROSE, "newly_wrong": NEWLY_WRONG,
    },
    {"address": SLUG},
)  # fmt: skip


def sentence_in_words(text: str) -> str | None:
    """A reason or an outlook in the page's language; None for one that must stay English."""
    return LADDER.said(text, (*REASONS, *OUTLOOKS))


def moderated_in_words(text: str) -> tuple[str, str] | None:
    """What a moderator did, with `%(words)s` where their own words go, and these; None for all else."""
    if get_language() == "en":
        return None
    for pattern in MODERATED:
        beginning = pattern.removesuffix("%(words)s")
        if text.startswith(beginning):
            return gettext(pattern), text.removeprefix(beginning)
    return None
