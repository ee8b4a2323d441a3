"""Papers of quantity marks on the page of a dossier: which can be made as it stands, which were made; and files as answers."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from db.files import FileStore
from db.models import Dossier, IssuedPaper, Staff
from usecases import quantity_papers
from usecases.opening import Opener
from usecases.uploads import PDF, WORD

FORMS = {"docx": WORD, "pdf": PDF}


@dataclass(frozen=True)
class Shown:
    """Kinds that fit, papers with who made them, and a token that makes a click count once."""

    fitting: Sequence[str]
    papers: Sequence[tuple[IssuedPaper, str]]
    token: str


def shown(session: Session, dossier: Dossier) -> Shown | None:
    """What the page of a dossier shows; None where it has no papers of this kind."""
    fits, papers = quantity_papers.fitting(session, dossier), quantity_papers.of_dossier(session, dossier)
    return Shown(fits, with_names(session, papers), str(uuid.uuid4())) if fits or papers else None


def with_names(session: Session, papers: Sequence[IssuedPaper]) -> list[tuple[IssuedPaper, str]]:
    """Papers, each with the name of who made it."""
    its = select(Staff.id, Staff.full_name, Staff.email).where(Staff.id.in_({one.made_by_id for one in papers}))
    names = {key: name or email for key, name, email in session.execute(its)} if papers else {}
    return [(one, names.get(one.made_by_id or 0, "–")) for one in papers]


def files() -> FileStore:
    store: FileStore = current_app.extensions["files"]
    return store


def opener() -> Opener:
    found: Opener = current_app.extensions["intake"].opener
    return found


def sent(content: bytes, media_type: str, name: str) -> Response:
    """Bytes of our own making, to save."""
    return Response(content, mimetype=media_type, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"})


def file_of(paper: IssuedPaper, form: str) -> Response:
    """A paper that was made, in one of its `FORMS`."""
    digest = paper.docx_sha256 if form == "docx" else paper.pdf_sha256
    return sent(files().read(digest), FORMS[form], f"{paper.name}.{form}")
