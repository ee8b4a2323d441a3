"""Use of foreign codes (sử dụng mã nước ngoài trên hàng sản xuất tại Việt Nam; ủy quyền sử dụng mã 893): advice before printing."""

from domain.dossiers.common import ADVICE_MOVES, ADVICE_STATES, FIRM_FIELDS, NOTE
from domain.dossiers.declaration import (
    CHOICE,
    EXCEL,
    GTINS,
    NUMBER,
    OPTIONAL,
    PDF,
    PICTURES,
    RECOMMENDED,
    WORD,
    Condition,
    DossierType,
    Field,
    Paper,
)
from domain.references import BARCODES

BARCODE_FOREIGN = DossierType(
    kind="barcode_foreign",
    version=1,
    prefix=BARCODES,
    family="barcodes",
    fields=(
        *FIRM_FIELDS,
        Field("use_kind", CHOICE, choices=("foreign_here", "own_abroad", "own_by_others")),
        Field("code_owner", at_least=2),
        Field("owner_country", at_least=2, at_most=80, only_if=Condition("use_kind", ("foreign_here", "own_abroad"))),
        Field("code_count", NUMBER, at_least=1, at_most=100_000),
        Field("gtins", GTINS, need=RECOMMENDED, at_most=200),
        NOTE,
    ),
    papers=(
        Paper("authorisation", PICTURES | PDF),
        Paper("business_registration", PICTURES | PDF),
        Paper("code_list", PICTURES | PDF | WORD | EXCEL, need=RECOMMENDED),
        Paper("label_photos", PICTURES, need=OPTIONAL, most=10),
    ),
    states=ADVICE_STATES,
    moves=ADVICE_MOVES,
    limit="barcode.check",
    basis=("Nghị định 37/2026/NĐ-CP", "Thông tư 232/2016/TT-BTC"),
)
