"""Yearly report of a firm that uses the quantity mark (báo cáo tổng hợp, Mẫu 3.BCTH, điểm h khoản 1 Điều 25): before 31 January."""

from domain.dossiers.common import FIRM_FIELDS, NEEDS_MORE, NOTE, SUBMITTED, WITHDRAWN
from domain.dossiers.declaration import (
    FIRM,
    MADE,
    NOBODY,
    NUMBER,
    OFF,
    OFFICE,
    PAUSED,
    PDF,
    PICTURES,
    RECOMMENDED,
    RUNS,
    DossierType,
    Field,
    Move,
    Paper,
    State,
)
from domain.dossiers.quantity_common import BASIS, BY_BOTH, BY_FIRM, BY_STAFF, FAMILY, RECEIVED, RESUBMITTED
from domain.references import YEARLY_REPORT

QUANTITY_REPORT = DossierType(
    kind="quantity_report",
    version=1,
    prefix=YEARLY_REPORT,
    family=FAMILY,
    fields=(
        *FIRM_FIELDS,
        Field("report_year", NUMBER, at_least=2015, at_most=2100),
        Field("register_number", at_most=60),
        Field("made", MADE, at_most=200),
        Field("own_control", at_least=5, at_most=2000),
        NOTE,
    ),
    papers=(Paper("signed_report", PICTURES | PDF, need=RECOMMENDED),),
    states=(
        State(SUBMITTED, RUNS, OFFICE),
        State(NEEDS_MORE, PAUSED, FIRM),
        State(RESUBMITTED, RUNS, OFFICE),
        State(RECEIVED, OFF, NOBODY, is_final=True),
        State(WITHDRAWN, OFF, NOBODY, is_final=True),
    ),
    moves=(
        Move((SUBMITTED, RESUBMITTED), RECEIVED, BY_STAFF),
        Move((SUBMITTED, RESUBMITTED), NEEDS_MORE, BY_STAFF),
        Move((NEEDS_MORE,), RESUBMITTED, BY_BOTH, needs_words=True),
        Move((SUBMITTED, RESUBMITTED, NEEDS_MORE), WITHDRAWN, BY_FIRM),
    ),
    limit="quantity_report.look_through",
    basis=BASIS,
)
