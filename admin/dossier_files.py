"""Files that somebody brings to the office (tệp nhận tại quầy): through the gate and onto the disk, before any transaction begins."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import current_app
from werkzeug.datastructures import FileStorage

from admin import wording
from admin.language import current, say
from db.files import FileStore
from domain.dossiers.answers import must_fit
from domain.dossiers.declaration import Paper
from usecases import dossier_words, uploads


def taken_in(given: Iterable[FileStorage]) -> list[dict[str, Any]]:
    """Each as a paper keeps it: {sha256, name, media_type, size}. Raises what `uploads.take_in` raises, and keeps none then."""
    limit = current_app.extensions["settings"].max_file_bytes
    store: FileStore = current_app.extensions["files"]
    taken = [uploads.take_in(file.read(), file.filename or "", limit) for file in given if file.filename]
    return [{"sha256": store.put(one.content), "name": one.name, "media_type": one.media_type, "size": one.size} for one in taken]


def must_suit(paper: Paper, file: Mapping[str, Any]) -> None:
    """Raises `WrongPaper` where a file is of a kind that a paper does not take."""
    caption = dossier_words.name(paper, current())
    must_fit(paper, name=file["name"], media_type=file["media_type"], caption=caption, kinds=kinds_of(paper))


def kinds_of(paper: Paper) -> str:
    """What a paper takes, in words."""
    return ", ".join(dict.fromkeys(say(key) for media_type, key in wording.FILE_TYPE.items() if media_type in paper.types))
