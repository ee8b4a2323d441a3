"""What several procedures share: the firm and its contact person, and the states of a dossier on which the office only advises."""

from domain.dossiers.declaration import (
    ADDRESS,
    CENTRE,
    CITIZEN,
    EMAIL,
    FIRM,
    NOBODY,
    OFF,
    OFFICE,
    OPTIONAL,
    PAUSED,
    PHONE,
    RECOMMENDED,
    RUNS,
    STAFF,
    TAX_CODE,
    Field,
    Move,
    State,
)

FIRM_FIELDS = (
    Field("tax_code", TAX_CODE, of_firm="tax_code"),
    Field("firm", at_least=2, of_firm="name"),
    Field("address", ADDRESS, at_least=5, at_most=400, of_firm="address"),
    Field("person", at_least=2, at_most=120),
    Field("phone", PHONE, of_firm="phone"),
    Field("email", EMAIL, need=RECOMMENDED, of_firm="email"),
)
"""Tổ chức, cá nhân; mã số thuế; địa chỉ; người liên hệ; điện thoại; thư điện tử."""

NOTE = Field("note", need=OPTIONAL, at_most=1000)
"""Ghi chú của người nộp."""

SUBMITTED, IN_REVIEW, NEEDS_MORE, ADVISED = "submitted", "in_review", "needs_more", "advised"
FILED, NUMBERED, CLOSED, WITHDRAWN = "filed", "numbered", "closed", "withdrawn"
"""mới nộp · đang xem xét · chờ bổ sung · đã hướng dẫn · đã nộp Trung tâm · đã có mã · đóng · cơ sở rút."""

ADVICE_STATES = (
    State(SUBMITTED, RUNS, OFFICE),
    State(IN_REVIEW, RUNS, OFFICE),
    State(NEEDS_MORE, PAUSED, FIRM),
    State(ADVISED, OFF, FIRM),
    State(FILED, OFF, CENTRE),
    State(NUMBERED, OFF, NOBODY),
    State(CLOSED, OFF, NOBODY, is_final=True),
    State(WITHDRAWN, OFF, NOBODY, is_final=True),
)
"""Barcodes are issued by the national centre: the office checks, advises, and keeps what the firm reports from there."""

_STAFF, _FIRM, _BOTH = frozenset({STAFF}), frozenset({CITIZEN}), frozenset({STAFF, CITIZEN})

ADVICE_MOVES = (
    Move((SUBMITTED,), IN_REVIEW, _STAFF),
    Move((SUBMITTED, IN_REVIEW), NEEDS_MORE, _STAFF),
    Move((NEEDS_MORE,), IN_REVIEW, _BOTH, needs_words=True),  # an officer says why they go on without what is missing
    Move((IN_REVIEW,), ADVISED, _STAFF, needs_words=True, needs_second=True),
    Move((ADVISED,), FILED, _BOTH),
    Move((ADVISED, FILED), NUMBERED, _BOTH),
    Move((IN_REVIEW, ADVISED, FILED, NUMBERED), CLOSED, _STAFF, needs_words=True),
    Move((SUBMITTED, IN_REVIEW, NEEDS_MORE, ADVISED, FILED), WITHDRAWN, _FIRM),
)
