import json
import unicodedata
from pathlib import Path

import pytest

from domain.languages import language_of

QUESTIONS = [json.loads(line) for line in (Path(__file__).parents[2] / "db" / "starter" / "labelled.jsonl").read_text("utf-8").splitlines()]


def test_hardly_a_labelled_question_is_taken_for_another_language() -> None:
    wrong = [row["q"] for row in QUESTIONS if language_of(row["q"]) not in {None, "en" if row["style"] == "english" else "vi"}]
    assert len(wrong) <= len(QUESTIONS) / 200, wrong


def test_nine_in_ten_of_them_are_recognised() -> None:
    assert sum(language_of(row["q"]) is not None for row in QUESTIONS) >= 0.9 * len(QUESTIONS)


@pytest.mark.parametrize(
    "text",
    [
        "What is TBT?",
        "how much for barcode",
        "Do I need to label goods in Vietnamese?",
        "What does Chi cục Tiêu chuẩn Đo lường do?",
        "thank you",
        "Can you help us please",
    ],
)
def test_english(text: str) -> None:
    assert language_of(text) == "en"


@pytest.mark.parametrize(
    "text", ["TBT là gì", "the nao la hang dong goi san", "ma vach o dau", "Cho em hỏi deadline nộp label này", "đăng ký"]
)
def test_vietnamese_also_without_its_marks_and_with_english_words_in_it(text: str) -> None:
    assert language_of(text) == "vi"
    assert language_of(unicodedata.normalize("NFD", text)) == "vi"


@pytest.mark.parametrize(
    "text",
    [
        "在哪里注册条形码？",
        "TBT 是什么意思",
        "バーコードの登録はどこですか",
        "바코드는 어디서 등록합니까?",
        "ລົງທະບຽນບາໂຄດຢູ່ໃສ",
        "จดทะเบียนบาร์โค้ดที่ไหน",
        "Где зарегистрировать штрих-код?",
        "Où est-ce que je peux enregistrer un code-barres ?",
        "Bonjour, quelles sont les règles pour étiqueter des produits dans votre pays et qui contrôle ?",
        "Wo kann ich bitte einen Barcode für mein Produkt registrieren und wie?",
        "¿Dónde puedo registrar un código de barras para los productos?",
    ],
)
def test_what_the_counter_does_not_speak(text: str) -> None:
    assert language_of(text) == "other"


@pytest.mark.parametrize("text", ["", "😀", "?!…", "123", "TBT", "ok", "barcode fee", "menu", "QCVN 4:2009/BKHCN"])
def test_too_little_to_tell(text: str) -> None:
    assert language_of(text) is None


def test_a_foreign_name_in_a_vietnamese_question_changes_nothing() -> None:
    assert language_of("Nhãn trà ô long 烏龍茶 nhập khẩu phải ghi những gì ạ?") == "vi"
