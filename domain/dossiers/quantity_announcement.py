"""Announcement of the quantity mark on prepackaged goods of group 1 (công bố sử dụng dấu định lượng, Điều 10 đến 15).

The firm announces, the office receives: a receipt, no permit. The printed layout of Mẫu 1.CBDĐL was not seen; what is asked
follows from the articles. The circular wants two originals, by hand or by post; whether it may be filed online
is for the local portal to say.
"""

from domain.dossiers.common import NEEDS_MORE, NOTE, SUBMITTED, WITHDRAWN
from domain.dossiers.declaration import (
    CHOICE,
    EXCEL,
    FILED,
    FIRM,
    NOBODY,
    OFF,
    OFFICE,
    OPTIONAL,
    PAUSED,
    PDF,
    PICTURES,
    RECEIVE,
    RECOMMENDED,
    REVOKE,
    RUNS,
    SUPERSEDE,
    WORD,
    YES_NO,
    Condition,
    DossierType,
    Field,
    Move,
    Paper,
    State,
)
from domain.dossiers.quantity_common import (
    BASIS,
    BY_FIRM,
    BY_STAFF,
    CHECKING,
    COMPLETE,
    CONTROL,
    FAMILY,
    HEAD,
    IS_IMPORTER,
    IS_PRODUCER,
    NEEDS_CERTIFICATE,
    OUT_OF_SCOPE,
    PACKAGED,
    PLACES,
    PROCESSING_CANCELLED,
    RECEIVED,
    RESUBMITTED,
    REVOKED,
    SCREEN,
    SIGNS,
    SUPERSEDED,
    TOOLS,
    WRONG_OFFICE,
    asking,
)
from domain.references import ANNOUNCEMENT

CONDITIONS = (
    Field("legally_founded", YES_NO, only_if=IS_PRODUCER),
    Field("equipment", YES_NO, only_if=IS_PRODUCER),
    Field("premises", YES_NO, only_if=IS_PRODUCER),
    Field("technicians", YES_NO, only_if=IS_PRODUCER),
    Field("control_measures", YES_NO, only_if=IS_PRODUCER),
    Field("records_kept", YES_NO, only_if=IS_PRODUCER),
    Field("import_control", YES_NO, only_if=IS_IMPORTER),
)
"""Điều kiện của cơ sở sản xuất (Điều 10) và của cơ sở nhập khẩu (Điều 11)."""

_LIMIT, _FIRM_LIMIT, _RECEIVE = "quantity_mark.completeness", "quantity_mark.firm_completion", "quantity_mark.receive"

QUANTITY_ANNOUNCEMENT = DossierType(
    kind="quantity_announcement",
    version=1,
    prefix=ANNOUNCEMENT,
    family=FAMILY,
    fields=(
        *SCREEN,
        *HEAD,
        *SIGNS,
        *PLACES,
        Field("announcement_kind", CHOICE, choices=("first", "change", "loss", "damage")),
        Field("old_number", at_most=60, only_if=Condition("announcement_kind", ("change", "loss", "damage"))),
        PACKAGED,
        *CONDITIONS,
        *CONTROL,
        TOOLS,
        NOTE,
    ),
    papers=(
        Paper("quantity_labels", PICTURES | PDF, need=RECOMMENDED, most=20),
        Paper("self_evaluation", PICTURES | PDF | WORD | EXCEL, need=OPTIONAL),
        Paper("signed_announcement", PICTURES | PDF, need=RECOMMENDED),
    ),
    states=(
        State(SUBMITTED, RUNS, OFFICE),
        State(NEEDS_MORE, PAUSED, FIRM),
        State(RESUBMITTED, RUNS, OFFICE),
        State(COMPLETE, RUNS, OFFICE),
        State(RECEIVED, OFF, NOBODY),
        State(SUPERSEDED, OFF, NOBODY, is_final=True),
        State(REVOKED, OFF, NOBODY, is_final=True),
        State(PROCESSING_CANCELLED, OFF, NOBODY, is_final=True),
        State(OUT_OF_SCOPE, OFF, NOBODY, is_final=True),
        State(WRONG_OFFICE, OFF, NOBODY, is_final=True),
        State(NEEDS_CERTIFICATE, OFF, NOBODY, is_final=True),
        State(WITHDRAWN, OFF, NOBODY, is_final=True),
    ),
    moves=(
        Move(CHECKING, RECEIVED, BY_STAFF, register=RECEIVE),
        Move((SUBMITTED,), COMPLETE, BY_STAFF, limit=_RECEIVE, since=FILED),
        *asking(_FIRM_LIMIT, receive=_RECEIVE),
        Move(CHECKING, OUT_OF_SCOPE, BY_STAFF, needs_words=True),
        Move(CHECKING, WRONG_OFFICE, BY_STAFF, needs_words=True),
        Move(CHECKING, NEEDS_CERTIFICATE, BY_STAFF, needs_words=True),
        Move((RECEIVED,), SUPERSEDED, BY_STAFF, register=SUPERSEDE),
        Move((RECEIVED,), REVOKED, BY_STAFF, register=REVOKE),
        Move((*CHECKING, NEEDS_MORE), WITHDRAWN, BY_FIRM),
    ),
    limit=_LIMIT,
    basis=BASIS,
    is_by_law=True,
    register="announcement",
)
