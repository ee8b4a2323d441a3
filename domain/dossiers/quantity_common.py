"""What the procedures of quantity marks share (dấu định lượng, Thông tư 21/2014/TT-BKHCN): who asks, scope, conditions, states."""

from dataclasses import replace

from domain.dossiers.common import FIRM_FIELDS, NEEDS_MORE, SUBMITTED
from domain.dossiers.declaration import (
    CHOICE,
    CITIZEN,
    HEAD_OFFICE,
    INSTRUMENTS,
    INSTRUMENTS_VALID,
    PACKAGE_LABELS,
    PACKAGES,
    RECOMMENDED,
    STAFF,
    Condition,
    Field,
    Move,
)

HEAD = tuple(replace(one, advice=HEAD_OFFICE) if one.of_firm == "address" else one for one in FIRM_FIELDS)
"""Cơ sở; địa chỉ là trụ sở chính, nơi quyết định Chi cục nào tiếp nhận."""
FAMILY = "metrology"
BASIS = ("Thông tư 21/2014/TT-BKHCN",)

PRODUCER, IMPORTER, SELLER = "producer", "importer", "seller"
"""cơ sở sản xuất (khoản 17 Điều 3) · cơ sở nhập khẩu (khoản 18 Điều 3) · chỉ bán hàng."""
IN_SCOPE = "none"
EXCLUSIONS = (
    "medicine",
    "customs_exempt",
    "temporary_import",
    "transit",
    "bonded",
    "processing",
    "investment",
    "secret",
    "emergency",
    "defence",
)
"""What khoản 2 Điều 1 takes out of the scope."""

IS_PRODUCER, IS_IMPORTER = Condition("firm_kind", (PRODUCER,)), Condition("firm_kind", (IMPORTER,))

SCREEN = (
    Field("firm_kind", CHOICE, choices=(PRODUCER, IMPORTER, SELLER), stops=(SELLER,)),
    Field("scope", CHOICE, choices=(IN_SCOPE, *EXCLUSIONS), stops=EXCLUSIONS),
)
"""Loại cơ sở; hàng thuộc trường hợp loại trừ nào của khoản 2 Điều 1."""
SIGNS = (Field("representative", at_least=2, at_most=120), Field("position", at_least=2, at_most=120))
"""Người đại diện theo pháp luật, chức vụ."""
PLACES = (
    Field("production_place", at_least=5, at_most=400, only_if=IS_PRODUCER),
    Field("import_warehouse", at_least=5, at_most=400, only_if=IS_IMPORTER),
)
PACKAGED = Field("packages", PACKAGES, at_most=50, advice=PACKAGE_LABELS)
"""Hàng đóng gói sẵn: một dòng cho mỗi lượng danh định."""
CONTROL = (Field("control_document", at_least=1, at_most=200),)
"""Số, ngày văn bản quy định biện pháp kiểm soát về đo lường."""
TOOLS = Field("instruments", INSTRUMENTS, need=RECOMMENDED, at_most=100, advice=INSTRUMENTS_VALID)
"""Phương tiện đo, hạn kiểm định hoặc hiệu chuẩn."""

RESUBMITTED, COMPLETE, ON_SITE = "resubmitted", "complete", "on_site"
RECEIVED, CERTIFIED = "received", "certified"
SUPERSEDED, SUSPENDED, REVOKED, EXPIRED = "superseded", "suspended", "revoked", "expired"
PROCESSING_CANCELLED, OUT_OF_SCOPE, WRONG_OFFICE, NEEDS_CERTIFICATE, REFUSED = (
    "processing_cancelled",
    "out_of_scope",
    "wrong_office",
    "needs_certificate",
    "refused",
)
"""đã bổ sung · đủ hồ sơ · đánh giá tại cơ sở · đã tiếp nhận · đã cấp · đã thay thế · đình chỉ · hủy bỏ, thu hồi · hết hạn · hủy xử lý ·
không thuộc phạm vi · không đúng nơi tiếp nhận · thuộc nhóm 2 · không cấp."""

BY_STAFF, BY_FIRM, BY_BOTH = frozenset({STAFF}), frozenset({CITIZEN}), frozenset({STAFF, CITIZEN})
CHECKING = (SUBMITTED, RESUBMITTED, COMPLETE)
"""Where the office looks through the file."""


def asking(limit: str, *, receive: str) -> tuple[Move, ...]:
    """Asking for completion and getting it, calling it off (an officer's act, never by itself), and the firm's withdrawal.

    `limit` is the firm's time, `receive` the office's own, which begins anew with the complete file.
    """
    return (
        Move((SUBMITTED, RESUBMITTED), NEEDS_MORE, BY_STAFF, firm_limit=limit),
        Move((NEEDS_MORE,), RESUBMITTED, BY_BOTH, needs_words=True, limit=receive),
        Move((NEEDS_MORE,), PROCESSING_CANCELLED, BY_STAFF, needs_words=True, only_late=True),
    )
