"""Words of the findings' pages: what moves a state down, and names of codes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

FILTERS: dict[str, Any] = {
    "state": _("State"),
    "vendor": _("Vendor"),
    "model": _("Model"),
    "domain": _("Subject"),
    "kind": _("Symptoms"),
    "is_simulated": _("SIMULATED ones"),
}
SIMULATED: dict[str, Any] = {"false": _("left out"), "true": _("only these")}
ORDERS: dict[str, Any] = {
    "newest": _("the newest first"),
    "onset": _("the latest beginning first"),
    "contributors": _("most contributors first"),
}
GROUPS: dict[str, Any] = {
    "standing": _("What stands out now"),
    "ended": _("What stood out and has ended"),
    "gone": _("What no longer stands out, or was refuted"),
    "merged": _("What turned out to be part of another finding"),
}
KIND_HEADINGS: dict[str, Any] = {
    "silent": _("Silent: the answer does not say that anything is amiss"),
    "stated": _("Stated: the product says so openly"),
}
DOWN: dict[str, Any] = {
    "insufficient": _("Nothing: this is where everything begins."),
    "reported": _(
        "It would go back to “not enough data” if these reports no longer stood out, or if versions of "
        "the extension explained them; it becomes “resolved” once its end has evidence of its own."
    ),
    "corroborated": _(
        "It would go back to “reported” if ratings of random answers no longer agreed; it becomes "
        "“resolved” once its end has evidence of its own, in reports and in ratings."
    ),
    "rated": _(
        "It would go back to “not enough data” if ratings of random answers no longer showed it, or if "
        "reports no longer leaned the same way; it becomes “resolved” once ratings show that it is over."
    ),
    "replicated": _(
        "It would become “refuted” if the same prompts, asked again, no longer showed a difference and "
        "ratings showed none either; if they decided nothing, it would go back to what reports and ratings "
        "show. It becomes “resolved” once its end has evidence of its own."
    ),
    "acknowledged": _(
        "It would go down if the vendor corrected its word, or if the source were taken down here for "
        "another reason; it becomes “resolved” once its end has evidence of its own."
    ),
    "refuted": _(
        "It would go back to “not enough data” if these reports no longer stood out, and become "
        "“corroborated” if ratings of random answers showed it: whoever asks again may be served better."
    ),
}
PARTS: dict[str, Any] = {
    "extension": _("Version of the extension"),
    "site": _("Site"),
    "redaction": _("Version of the redaction"),
}
PLACES: dict[str, Any] = {
    "event": _("This event"),
    "before": _("Before it"),
    "others": _("Comparators, same weeks"),
    "others_before": _("Comparators, before"),
}
VERDICTS: dict[str, Any] = {
    "explained": _(
        "The instrument explains it: once reports are compared within one version only, this no longer "
        "stands out. It does not show that the world has changed."
    ),
    "stands": _(
        "Compared within one version of the extension, and of the redaction, it stands out all the "
        "same: a change of the instrument does not explain it."
    ),
    "not_checked": _(
        "Whether a version explains it was not judged: that is done for findings that pass the screen."
    ),
}
INTERVENTIONS: dict[str, Any] = {
    "prompt_change": _("the prompt is changed"),
    "activation_steering": _("activations are steered while the model answers"),
    "fine_tuning": _("weights are fine-tuned"),
    "other_model": _("another model answers"),
    "refusal": _("the request is refused"),
    "output_filter": _("the answer is filtered"),
    "less_effort": _("less computation is spent"),
    "other": _("something else"),
}


def contact_shown(contact: str, public_url: str) -> str:
    """Where people write to; "" where the operator has named nothing but the site itself."""
    return "" if contact.startswith(public_url) else contact
