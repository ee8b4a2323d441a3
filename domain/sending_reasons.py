"""Reasons of sending (lý do): what a platform or a rule of ours said of a message that did not go, as one of a few kinds.

>>> kind_of("failed", "403: Forbidden: bot was blocked by the user"), kind_of("failed", "400: Bad Request: message is too long")
('blocked', 'content')
>>> kind_of("skipped", "no consent"), kind_of("unknown", "TimedOut: no answer")
('no_consent', 'no_answer')
"""

import re

BLOCKED, CONTENT, FILE, ACCOUNT, AWAY, OTHER, NO_ANSWER = "blocked", "content", "file", "account", "away", "other", "no_answer"
_RULES = {"trial", "no consent", "refused", "not wanted", "cancelled", "blocked"}
_GONE = ("chat not found", "user not found", "deactivated", "blocked", "peer_id_invalid")


def kind_of(state: str, reason: str) -> str:
    """The kind of the reason for which a recipient ended in a state."""
    if state == "unknown":
        return NO_ANSWER
    if state == "skipped":
        return reason.replace(" ", "_") if reason in _RULES else OTHER
    return _of_failure(reason.lower())


def _of_failure(said: str) -> str:
    found = re.match(r"(\d{3})\b", said)
    code = int(found[1]) if found else 0
    if code == 403 or any(sign in said for sign in _GONE):
        return BLOCKED
    if "file" in said:
        return FILE
    if "token" in said:
        return ACCOUNT
    if code == 429 or code >= 500 or "no answer" in said or "before telegram" in said:
        return AWAY
    return CONTENT if code == 400 or said.startswith("error.") else OTHER
