"""What is said of a code: four verdicts, never "genuine"; who issued it; only product and brand of what the register knows."""

import csv
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

import pytest

from db.engine import Database
from db.models import DeclaredProduct, Organisation
from db.models.product import DECLARED, DISPUTED
from domain import gs1, gtin
from usecases import codes
from usecases.codes import REGISTERED, RIGHT, UNKNOWN, WRONG, CodeFinding, KnownProduct

SAMPLES = list(csv.DictReader((Path(__file__).parents[1] / "material/gtin_893_samples.csv").read_text("utf-8").splitlines()))


@dataclass(frozen=True)
class Read:
    text: str
    format: str
    gtin14: str | None


def ask(database: Database, text: str) -> CodeFinding:
    with database.read() as session:
        return codes.ask(session, text)


def test_real_vietnamese_numbers_name_their_issuer_and_the_firms_part(database: Database) -> None:
    with database.read() as session:
        for row in SAMPLES:
            found = codes.ask(session, row["gtin13"])
            assert (found.verdict, found.prefix.country if found.prefix else "") == (RIGHT, "Việt Nam")
            assert found.company_prefix == (row["gs1_company_prefix"] or None), row


@pytest.mark.parametrize(
    ("text", "verdict", "kind"),
    [
        ("2012345678903", RIGHT, gs1.RESTRICTED_REGION),
        ("0412345678903", RIGHT, gs1.RESTRICTED_COMPANY),
        ("9780131103627", RIGHT, gs1.ISBN),
        ("9771234567898", RIGHT, gs1.ISSN),
        ("9521234567899", RIGHT, gs1.DEMO),
        ("9912345678901", RIGHT, gs1.COUPON),
        ("8941234567892", UNKNOWN, gs1.RESERVED),
        ("1412345678907", UNKNOWN, None),
        ("00012348", RIGHT, gs1.RESTRICTED_COMPANY),
        ("99900007", UNKNOWN, gs1.RESERVED),
        ("050968000093", RIGHT, gs1.ISSUER),
    ],
)
def test_ranges_that_stand_for_no_ordinary_goods_are_told(database: Database, text: str, verdict: str, kind: str | None) -> None:
    text = text[:-1] + gtin.check_digit(text[:-1])
    found = ask(database, text)
    assert (found.verdict, found.prefix.kind if found.prefix else None) == (verdict, kind)
    assert found.is_label == (kind == gs1.ISSUER)


def test_slips_are_possibilities_and_letters_are_pointed_out(database: Database) -> None:
    wrong = ask(database, "893600372177 1")
    assert (wrong.verdict, wrong.should_end, wrong.number) == (WRONG, "7", "8936003721771")
    letter = ask(database, "893600372177O")
    assert (letter.verdict, letter.meant) == (WRONG, "8936003721770")
    assert [(one.position, one.letter, one.digit) for one in letter.doubts] == [(13, "O", "0")]
    assert ask(database, "893600372177").should_end, "twelve digits of a thirteen-digit number are a UPC-A that does not fit"
    assert ask(database, "8936003721").verdict == WRONG
    assert ask(database, "https://example.vn/tra-xanh").verdict == UNKNOWN


def test_the_register_tells_a_citizen_product_and_brand_and_nothing_of_the_firm(database: Database, now: datetime) -> None:
    with database.write() as session:
        firm = Organisation(tax_code="4000000000", name="Công ty Trà", phone="0905111222", created_at=now, changed_at=now)
        session.add(firm)
        session.flush()
        facts = {"organisation_id": firm.id, "declared_at": now}
        held, other = "08936003721777", "08936003721760"
        session.add(DeclaredProduct(gtin=held, held_gtin=held, name="Trà trinh nữ", brand="Thái Bảo", status=DECLARED, **facts))
        session.add(DeclaredProduct(gtin=other, name="Trà tim sen", status=DISPUTED, **facts))
    for text in ("8936003721777", "(01)08936003721777(10)L26", "https://id.example.vn/01/08936003721777"):
        found = ask(database, text)
        assert (found.verdict, found.product) == (REGISTERED, KnownProduct("Trà trinh nữ", "Thái Bảo"))
    assert ask(database, "8936003721760").verdict == RIGHT, "a disputed number is nobody's yet"
    case = ask(database, "18936003721774")
    assert (case.verdict, case.inside) == (RIGHT, KnownProduct("Trà trinh nữ", "Thái Bảo"))
    assert {field.name for field in fields(KnownProduct)} == {"name", "brand"}


def test_the_readers_format_is_trusted_and_eight_typed_digits_are_tried_both_ways(database: Database) -> None:
    with database.read() as session:
        assert codes.ask_read(session, Read("05096893", "UPC-E", "00050968000093")).gtin14 == "00050968000093"
        assert codes.ask_read(session, Read("0050968000093", "UPCA", "00050968000093")).number == "050968000093"
        assert codes.ask_read(session, Read("96385074", "EAN8", "00000096385074")).kind == "gtin8"
        assert codes.ask_read(session, Read("https://example.vn", "QRCODE", None)).verdict == UNKNOWN
        assert codes.ask_read(session, Read("123456789012", "CODE128", None)).verdict == UNKNOWN, "a parcel's number is no GTIN"
        assert codes.ask_read(session, Read("]C10108936003721777", "CODE128", "08936003721777")).number == "8936003721777"
        assert codes.ask_read(session, Read("(01)08936003721777(414)8936003721771", "DATAMATRIX", "08936003721777")).faults == ("location",)
        assert codes.ask(session, "012345678901234560").kind == "sscc"
        assert codes.ask(session, "01234505").kind == "upce"
        both = codes.ask(session, "05096893")
        assert (both.kind, both.upc_a) == ("gtin8", "050968000093")


def test_codes_are_found_in_a_sentence_and_two_stay_two() -> None:
    assert codes.find("hộp này 8 936003 721777 với hộp kia 8936003721760 nhé") == ["8 936003 721777", "8936003721760"]
    assert codes.find("8936003721777\n8936003721760") == ["8936003721777", "8936003721760"]
    assert codes.find("xin chào") == []
