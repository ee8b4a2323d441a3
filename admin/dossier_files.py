"""Files that somebody brings to the office (tệp nhận tại quầy), beside the papers that they are for."""

from typing import Any

from admin.language import current
from domain.dossiers.answers import must_fit
from domain.dossiers.declaration import Paper
from usecases import dossier_words
from usecases.uploads import KeptFile


def must_suit(paper: Paper, file: KeptFile) -> None:
    """Raises `WrongPaper` where a file is of a kind that a paper does not take."""
    caption = dossier_words.name(paper, current())
    must_fit(paper, name=file.name, media_type=file.media_type, caption=caption, kinds=dossier_words.kinds(paper, current()))


def as_kept(file: KeptFile) -> dict[str, Any]:
    """As a paper keeps it."""
    return {"sha256": file.sha256, "name": file.name, "media_type": file.media_type, "size": file.size}
