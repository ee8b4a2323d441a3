"""Search (tìm kiếm): the one function that judges a question, for the chat, the panel's preview and the command alike."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from threading import Lock

from sqlalchemy.orm import Session

import db
from domain.deciding import Deciding, Logistic, facts_of
from domain.folding import clean, words
from domain.follow_ups import is_follow_up, with_context
from domain.judgement import ASKED, DRAFT, FAIRLY, FAR, NOT_FOUND, NOT_OURS, SURE, UNCLEAR, Candidate, Decision, Judgement
from domain.material import EntryText, Material
from domain.ranking import Index, LookUp, Ranked, Weights, phrasing_text
from domain.services import service_of
from domain.spelling import spell_out
from domain.wishes import ROBOT, Wish, asks_for_standing, small_talk_of, wish_of
from usecases import embedding, material
from usecases.embedding import Embed

_LEARNED = Path(db.__file__).parent / "starter" / "ranking.json"
_HITS = 5
_LONGEST = 1500
"""Letters of a question that are looked at; of a longer one its beginning and its end."""


@dataclass(frozen=True)
class Learned:
    """What `benchmarks/learn.py` learned: the ranker, and the two decisions with meaning and without."""

    weights: Weights
    full: Deciding
    lexical: Deciding


@cache
def learned() -> Learned:
    """The learned weights that came with the product."""
    kept = json.loads(_LEARNED.read_text("utf-8"))
    return Learned(Weights(**kept["weights"]), *(_deciding(kept[name]) for name in ("full", "lexical")))


def _deciding(kept: Mapping[str, object]) -> Deciding:
    right, ours, ours_from = kept["right"], kept["ours"], kept["ours_from"]
    assert isinstance(right, dict)
    assert isinstance(ours, dict)
    assert isinstance(ours_from, float)
    return Deciding(Logistic(**right), Logistic(**ours), ours_from)


class Search:
    """An index over a material; built once per edit, `judge` may be called from several threads."""

    def __init__(
        self, material: Material, look_up: LookUp, embed: Embed | None, before: Search | None = None, *, use: Learned | None = None
    ) -> None:
        """What the search `before` knows of unchanged texts is used again."""
        self.material = material
        self._embed = embed
        self._learned = use or learned()
        self._index: Index = Index(material, self._learned.weights, look_up, before._index if before else None)

    @property
    def lacking(self) -> list[str]:
        """The texts whose meaning is not known yet."""
        return self._index.lacking

    def is_of(self, material: Material, look_up: LookUp, embed: Embed | None) -> bool:
        """Whether it was built of the same material and model, and no vector that it lacked is there now."""
        return self._embed is embed and self.material == material and not (self.lacking and look_up(self.lacking))

    def decided_by(self, material: Material) -> Search:
        """The same search with the thresholds of another material."""
        other = copy(self)
        other.material = material
        return other

    def meaning_texts(self, questions: Iterable[str]) -> list[str]:
        """What is embedded for some questions."""
        return [phrasing_text(self._index.salient(self.spell(clean(question)))) for question in questions]

    @property
    def rankers(self) -> tuple[str, ...]:
        """Which rankers are loaded."""
        return ("words", "letters", "phrasings") + (("meaning",) if self._has_meaning else ())

    @property
    def _has_meaning(self) -> bool:
        return self._embed is not None and not self._index.meanings.is_empty

    def judge(self, question: str, language: str, previous: str | None = None) -> Judgement:
        """What to do with a question. `previous` is the question answered before it, for follow-ups ("còn phí thì sao?")."""
        question = _middle_cut(clean(question))
        return self._plain_wish(question) or self._judge_subject(question, language, previous)

    def _plain_wish(self, question: str) -> Judgement | None:
        """What needs no search: small talk, a look at one's own papers, the wish for a person, no words at all."""
        if small_talk_of(question) == ROBOT:
            return Judgement(Decision.SMALLTALK, ROBOT, confidence=1.0, question=question)
        wish = wish_of(question)
        if wish is Wish.PERSON:
            return Judgement(Decision.HANDOVER, ASKED, confidence=1.0, question=question)
        if wish is Wish.STATUS or (wish is None and asks_for_standing(question)):
            return Judgement(Decision.STATUS, ASKED, confidence=1.0, question=question)
        if talk := wish.value if wish is not None else small_talk_of(question):
            return Judgement(Decision.SMALLTALK, talk, confidence=1.0, question=question)
        if not words(question):
            return Judgement(Decision.ASK_BACK, UNCLEAR, question=question)
        return None

    def _judge_subject(self, question: str, language: str, previous: str | None) -> Judgement:
        spelt = self.spell(with_context(question, previous))
        if not self._index.knows(spelt):
            return Judgement(Decision.ASK_BACK, UNCLEAR, question=spelt)
        ranked = self.rank(spelt)
        facts = facts_of(ranked, spelt)
        deciding = self._learned.full if self._has_meaning else self._learned.lexical
        hits = self._hits(ranked, language)
        confidence = deciding.right.probability(facts) if hits else 0.0
        if service := service_of(spell_out(question, self.material.abbreviations)):
            return Judgement(service, ASKED, hits, confidence, question=spelt)
        subject = None if ranked and ranked[0].unit.is_ours else ranked[0].unit.slug if ranked else FAR
        if deciding.ours.probability(facts) < deciding.ours_from:
            return Judgement(Decision.HANDOVER, NOT_OURS, hits, 1 - confidence, subject or FAR, spelt)
        return self._judge_hits(hits, confidence, spelt, lean=_lean(question, previous))

    def _judge_hits(self, hits: tuple[Candidate, ...], confidence: float, spelt: str, *, lean: float) -> Judgement:
        """Ours: answer outright, offer, or give to a person, by the thresholds that staff set; a vague question needs more."""
        thresholds = self.material.thresholds
        if not hits or confidence < thresholds.fairly:
            return Judgement(Decision.HANDOVER, NOT_FOUND, hits, confidence, question=spelt)
        if not hits[0].is_served:
            return Judgement(Decision.HANDOVER, DRAFT, hits, confidence, question=spelt)
        if confidence >= thresholds.sure + lean * (1 - thresholds.sure):
            return Judgement(Decision.ANSWER, SURE, hits, confidence, question=spelt)
        return Judgement(Decision.ASK_BACK, FAIRLY, hits, confidence, question=spelt)

    def spell(self, question: str) -> str:
        """A question with its abbreviations written out, its diacritics put back and its slips mended."""
        return self._index.spell(question)

    def rank(self, spelt: str) -> list[Ranked]:
        """Entries and subjects for a question as spelt, best first."""
        vector = self._embed(phrasing_text(self._index.salient(spelt))) if self._embed is not None and self._has_meaning else None
        return self._index.rank(spelt, vector)

    def _hits(self, ranked: list[Ranked], language: str) -> tuple[Candidate, ...]:
        ours = [one for one in ranked if one.unit.is_ours][:_HITS]
        return tuple(self._candidate(one, language) for one in ours)

    def _candidate(self, one: Ranked, language: str) -> Candidate:
        shown = min(one.unit.entries, key=lambda entry: _unfitness(entry, language))
        return Candidate(shown.key, shown.slug, one.score, shown.is_served, one.signals)


def _lean(question: str, previous: str | None) -> float:
    """How much a question leans on words that are not in it, 0 to 1: so much nearer to certainty must its answer be."""
    if not is_follow_up(question):
        return 0.0
    return 0.2 if previous else 0.8


def _unfitness(entry: EntryText, language: str) -> tuple[bool, bool]:
    return not entry.is_served, entry.language != language


def _middle_cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} {text[-_LONGEST // 2 :]}"


_KEPT = 3
"""Searches that a process keeps: the panel goes to and fro between what stands and what an edit would make of it."""
_kept: list[Search] = []
_lock = Lock()


def build(material: Material, look_up: LookUp, embed: Embed | None) -> Search:
    """A search over a material. What this process's last one knows of unchanged texts is used again; all of it where nothing changed."""
    with _lock:
        found = next((one for one in _kept if one.is_of(material, look_up, embed)), None)
        if found is None:
            found = Search(material, look_up, embed, max(_kept, key=lambda one: _in_common(one.material, material), default=None))
        else:
            _kept.remove(found)
        _kept.insert(0, found)
        del _kept[_KEPT:]
        return found


def _in_common(one: Material, other: Material) -> int:
    """How many entries two materials share."""
    return len({entry.key for entry in one.entries} & {entry.key for entry in other.entries})


def read(session: Session, today: date) -> Search:
    """The search as the office's knowledge stands, with meaning: for the panel and for commands."""
    return over(session, material.gather(session, today))


def over(session: Session, gathered: Material) -> Search:
    """The search over the material as it stands, with the vectors that are kept for its texts."""
    return build(gathered, partial(embedding.kept, session), embedding.load())


def edited(session: Session, standing: Search, material: Material) -> Search:
    """The search as an edit that is not saved would make it."""
    if replace(material, thresholds=standing.material.thresholds) == standing.material:
        return standing.decided_by(material)
    return Search(material, partial(embedding.kept, session), embedding.load(), standing)
