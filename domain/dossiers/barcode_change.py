"""Change and re-issue of a barcode certificate (thay đổi, cấp lại, gia hạn Giấy chứng nhận quyền sử dụng mã số, mã vạch): advice."""

from domain.dossiers.common import ADVICE_MOVES, ADVICE_STATES, FIRM_FIELDS, NOTE
from domain.dossiers.declaration import (
    CHOICE,
    COMPANY_PREFIX,
    DATE,
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

BARCODE_CHANGE = DossierType(
    kind="barcode_change",
    version=1,
    prefix=BARCODES,
    family="barcodes",
    fields=(
        *FIRM_FIELDS,
        Field("company_prefix", COMPANY_PREFIX),
        Field("certificate_number", need=RECOMMENDED, at_most=60),
        Field("certificate_expires", DATE, need=RECOMMENDED),
        Field("change_kind", CHOICE, choices=("name", "address", "lost", "damaged", "renewal", "stop")),
        Field("change_words", at_least=5, at_most=1000, only_if=Condition("change_kind", ("name", "address", "lost", "stop"))),
        NOTE,
    ),
    papers=(
        Paper("certificate", PICTURES | PDF, only_if=Condition("change_kind", ("name", "address", "damaged", "renewal", "stop"))),
        Paper("business_registration", PICTURES | PDF, only_if=Condition("change_kind", ("name", "address"))),
        Paper("reissue_form", PICTURES | PDF | WORD, need=RECOMMENDED),
    ),
    states=ADVICE_STATES,
    moves=ADVICE_MOVES,
    limit="barcode.check",
    basis=("Nghị định 37/2026/NĐ-CP",),
)
