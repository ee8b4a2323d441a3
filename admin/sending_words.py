"""Words of sending: where a broadcast and its recipients stand, why some got nothing, and what to do about it."""

from domain.messages import N_

ADVICE = {
    "scheduled": N_("panel.sending.advice.scheduled"),
    "planning": N_("panel.sending.advice.planning"),
    "sending": N_("panel.sending.advice.sending"),
    "paused": N_("panel.sending.advice.paused"),
    "done": N_("panel.sending.advice.done"),
    "cancelled": N_("panel.sending.advice.cancelled"),
}
"""What its state means and what there is to do."""
STOPPED = {
    "broadcast.stopped.changed": N_("panel.sending.stopped.changed"),
    "broadcast.stopped.failing": N_("panel.sending.stopped.failing"),
    "broadcast.stopped.fault": N_("panel.sending.stopped.fault"),
    "broadcast.stopped.grown": N_("panel.sending.stopped.grown"),
}
"""Why one paused by itself, and what to look at before it goes on."""
RECIPIENT = {
    "planned": N_("panel.sending.recipient.planned"),
    "held": N_("panel.sending.recipient.held"),
    "queued": N_("panel.sending.recipient.queued"),
    "sent": N_("panel.sending.recipient.sent"),
    "failed": N_("panel.sending.recipient.failed"),
    "unknown": N_("panel.sending.recipient.unknown"),
    "skipped": N_("panel.sending.recipient.skipped"),
}
REASON = {
    "blocked": N_("panel.sending.reason.blocked"),
    "content": N_("panel.sending.reason.content"),
    "file": N_("panel.sending.reason.file"),
    "account": N_("panel.sending.reason.account"),
    "away": N_("panel.sending.reason.away"),
    "no_answer": N_("panel.sending.reason.no_answer"),
    "trial": N_("panel.sending.reason.trial"),
    "no_consent": N_("panel.sending.reason.no_consent"),
    "refused": N_("panel.sending.reason.refused"),
    "not_wanted": N_("panel.sending.reason.not_wanted"),
    "cancelled": N_("panel.sending.reason.cancelled"),
    "other": N_("panel.sending.reason.other"),
}
"""Kinds of reasons (`domain.sending_reasons`)."""
MEANS = {
    "blocked": N_("panel.sending.means.blocked"),
    "content": N_("panel.sending.means.content"),
    "file": N_("panel.sending.means.file"),
    "account": N_("panel.sending.means.account"),
    "away": N_("panel.sending.means.away"),
    "no_answer": N_("panel.sending.means.no_answer"),
    "trial": N_("panel.sending.means.trial"),
    "no_consent": N_("panel.sending.means.no_consent"),
    "refused": N_("panel.sending.means.refused"),
    "not_wanted": N_("panel.sending.means.not_wanted"),
    "cancelled": N_("panel.sending.means.cancelled"),
    "other": N_("panel.sending.means.other"),
}
"""What a kind of reason means for an officer."""
STEP = {
    1: N_("panel.sending.step.1"),
    5: N_("panel.sending.step.5"),
    15: N_("panel.sending.step.15"),
    60: N_("panel.sending.step.60"),
    360: N_("panel.sending.step.360"),
    1440: N_("panel.sending.step.1440"),
}
"""What one column of a chart stands for, by minutes."""
