"""Advice and pre-check for a registration of barcodes (tư vấn, kiểm tra trước hồ sơ đăng ký sử dụng mã số, mã vạch).

The office does not issue numbers: the national centre (Trung tâm Mã số, mã vạch quốc gia, GS1 Việt Nam) does. Which form and which papers
hold under Nghị định 37/2026/NĐ-CP was found in no readable source; the papers are those of the rules before it, and say so.
"""

from domain.dossiers.common import ADVICE_MOVES, ADVICE_STATES, FIRM_FIELDS, NOTE
from domain.dossiers.declaration import (
    CHOICE,
    EXCEL,
    NUMBER,
    OPTIONAL,
    PDF,
    PICTURES,
    PREFIX_SIZE,
    RECOMMENDED,
    WORD,
    YES,
    YES_NO,
    Condition,
    DossierType,
    Field,
    Paper,
)
from domain.references import BARCODES

BARCODE_REGISTRATION = DossierType(
    kind="barcode_registration",
    version=1,
    prefix=BARCODES,
    family="barcodes",
    fields=(
        *FIRM_FIELDS,
        Field("sector", at_least=2),
        Field("product_count", NUMBER, at_least=1, at_most=100_000, advice=PREFIX_SIZE),
        Field("code_kind", CHOICE, choices=("company_prefix", "gln", "gtin8")),
        Field("uses_foreign_codes", YES_NO),
        Field("exports", YES_NO, need=RECOMMENDED),
        Field("markets", need=RECOMMENDED, only_if=Condition("exports", (YES,))),
        NOTE,
    ),
    papers=(
        Paper("business_registration", PICTURES | PDF),
        Paper("application_form", PICTURES | PDF | WORD, need=RECOMMENDED),
        Paper("authorisation", PICTURES | PDF, only_if=Condition("uses_foreign_codes", (YES,))),
        Paper("product_list", PICTURES | PDF | WORD | EXCEL, need=OPTIONAL),
    ),
    states=ADVICE_STATES,
    moves=ADVICE_MOVES,
    limit="barcode.check",
    basis=("Nghị định 37/2026/NĐ-CP", "Thông tư 232/2016/TT-BTC"),
)
