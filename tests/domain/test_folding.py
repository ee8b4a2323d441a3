import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from domain.folding import clean, fold

vietnamese = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ ĐẮƯƠ")


@given(vietnamese)
def test_folding_is_the_same_however_the_letters_are_composed(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))
    assert fold(text).isascii()
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_cleaning_leaves_nothing_invisible(text: str) -> None:
    cleaned = clean(text)
    assert not any(unicodedata.category(char) in {"Cf", "Cc"} for char in cleaned if char not in "\n\t")
    assert clean(cleaned) == cleaned


def test_hidden_characters_do_not_hide_words() -> None:
    assert clean("m\u200bã \u202evạch\ufeff") == "mã vạch"
