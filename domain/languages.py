"""Languages (ngôn ngữ): in which language a message is written, by its script, its letters and the small words that every sentence has.

>>> language_of("Đăng ký mã vạch ở đâu?"), language_of("dang ky ma vach o dau vay ad"), language_of("Where do I register a barcode?")
('vi', 'vi', 'en')
>>> language_of("在哪里注册条形码？"), language_of("Où est-ce que je peux enregistrer un code-barres ?"), language_of("TBT")
('other', 'other', None)
"""

import re
import unicodedata

from domain.folding import words

VIETNAMESE, ENGLISH, OTHER = "vi", "en", "other"

_MARKED = re.compile(r"[đăơưạảẹẻẽểễệếềịỉĩọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹấầẩẫậắằẳẵặ]")
"""Letters that Vietnamese has and its neighbours in Latin script do not."""
_VI = frozenset(
    """
    la gi cua khong ko dc duoc o dau cho co phai bao nhieu lau nao nhu thi va em anh chi minh toi voi nay muon xin hoi nhe vay ai khi nhung
    cac mot tren trong ve den tu ra lam dang ky mk ntn sao rang rua ban cong ty san pham phi thu tuc nhan hang hoa giay can vach
    """.split()  # noqa: SIM905
)
_EN = frozenset(
    """
    what how which where when who whom why is are does did was were for from with of and our your we you it need must should would could
    will have has this that these there if please not get much many cost required help want any am been i thank thanks
    """.split()  # noqa: SIM905
)
_EN_OR_VI = frozenset("the to do can my in on at a or by be me so as no an us".split())  # noqa: SIM905
"""English words that are also Vietnamese ones without their marks (thế, to, do, cần, mỹ …): they count only beside other English."""
_ELSE = (
    "le les des du est une un pour dans avec que qui quel quelle comment ou je nous vous mon notre sur et aux faut il puis bonjour merci",
    "der die das ist ein eine und fur mit wie wo ich wir sie nicht muss kann bitte auf von zu den dem",
    "el los las una un es para con que como donde cual cuanto yo nosotros por favor puedo hola gracias",
    "yang dan di untuk dengan apa bagaimana saya kami tidak bisa dari ini itu adalah mana berapa",
)
_OTHERS = tuple(frozenset(listed.split()) for listed in _ELSE)
_FOREIGN_SHARE = 0.4


def language_of(text: str) -> str | None:
    """vi, en, other; None where too little is said to tell, or nothing in letters."""
    letters = [char for char in unicodedata.normalize("NFC", text) if char.isalpha()]
    foreign = sum(not unicodedata.name(char, "").startswith("LATIN") for char in letters)
    if letters and foreign >= _FOREIGN_SHARE * len(letters):
        return OTHER
    listed = words(text)
    marked = sum(bool(_MARKED.search(unicodedata.normalize("NFC", word))) for word in text.casefold().split())
    vietnamese = sum(word in _VI for word in listed) + marked / 2
    english = sum(word in _EN for word in listed)
    perhaps = english + sum(word in _EN_OR_VI for word in listed)
    if english and perhaps >= 2 and (english > vietnamese or (english >= 2 and perhaps > vietnamese)):
        return ENGLISH
    if not marked and max(sum(word in kind for word in listed) for kind in _OTHERS) >= 3 + max(vietnamese, english):
        return OTHER
    return VIETNAMESE if vietnamese >= 1 else None
