"""The content of a broadcast or of a message template as a form: texts in every language, a picture or document, buttons."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import or_, select
from wtforms import Field, TextAreaField
from wtforms.validators import Length

from admin import stored_files
from admin.class_form import Rows
from admin.database import db, writing
from admin.forms import TOO_LONG, PanelForm, cleaned
from admin.language import moment, now, say
from db.files import FileStore
from db.models import TrainingClass
from db.models.training_class import OPEN
from domain.broadcasts import CLASS, LINK, MOST_BUTTONS, MOST_CAPTION, PLACEHOLDERS, ROOM, SERVICE, Button, Content, File, Problem
from domain.channels import CHATS
from domain.errors import FileTooLarge, OfficeError
from domain.folding import clean
from domain.messages import N_
from domain.wishes import Wish
from locales.languages import LANGUAGES
from usecases import uploads
from usecases.uploads import Findings, KeptFile

TARGETS = {
    LINK: N_("panel.content.to_link"),
    SERVICE: N_("panel.content.to_service"),
    CLASS: N_("panel.content.to_class"),
}
SERVICES: dict[str, str] = {
    Wish.CLASSES: N_("panel.content.service_classes"),
    Wish.MY_CLASSES: N_("panel.content.service_my_classes"),
    Wish.DOSSIERS: N_("panel.content.service_dossiers"),
    Wish.BARCODES: N_("panel.content.service_barcodes"),
    Wish.CODES: N_("panel.content.service_codes"),
    Wish.QUANTITY_MARKS: N_("panel.content.service_quantity_marks"),
    Wish.LABEL_CHECK: N_("panel.content.service_label_check"),
    Wish.LOT_CHECK: N_("panel.content.service_lot_check"),
    Wish.WEIGHING_PLAN: N_("panel.content.service_weighing_plan"),
    Wish.INSTRUMENTS: N_("panel.content.service_instruments"),
    Wish.REMINDERS: N_("panel.content.service_reminders"),
    Wish.STATUS: N_("panel.content.service_status"),
    Wish.PERSON: N_("panel.content.service_person"),
    Wish.START: N_("panel.content.service_start"),
}
"""What a button may start, of everything that people may wish for."""
INSERTS = {
    "{{name}}": N_("panel.content.place_name"),
    "{{firm}}": N_("panel.content.place_firm"),
    "[[ ({{tax_code}})]]": N_("panel.content.place_tax_code"),
    "[[ ({{commune}})]]": N_("panel.content.place_commune"),
}
"""What a press puts into the text; what not everybody has stands in an optional part."""
LARGEST_PICTURE = 10
"""Megabytes that Telegram takes of a picture (core.telegram.org/bots/api#sendphoto)."""
COUNTING = {
    "text": min(one.text for one in CHATS.values()),
    "caption": min(one.caption for one in CHATS.values()),
    "room": ROOM,
    "places": PLACEHOLDERS,
}
"""What the page needs to count as `domain.broadcasts` does: the tightest limits, and how long placeholders may become."""
_LONGEST = 20_000
_BLANK = {"kind": LINK, LINK: "", SERVICE: "", CLASS: "", "vi": "", "en": ""}


class Buttons(Rows):
    """Buttons as they are typed: what each does, where to for each kind, and its captions."""

    parts, most = tuple(_BLANK), MOST_BUTTONS
    wrong: Mapping[int, Sequence[str]] = {}
    """What is wrong with a button, by its number."""

    def read(self, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [_typed(row) for row in rows if any(row[part].strip() for part in _BLANK if part != "kind")]

    @property
    def shown(self) -> list[dict[str, str]]:
        """The rows of the page: those that are there, and an empty one where there is room."""
        return [*self.data, *[_BLANK] * (len(self.data) < MOST_BUTTONS)]

    def check(self) -> None:
        """Where they lead is checked when the broadcast is: a draft may be unfinished."""

    @property
    def buttons(self) -> tuple[Button, ...]:
        return tuple(Button(row["kind"], row[row["kind"]], {code: row[code] for code in LANGUAGES}) for row in self.data)


def _typed(row: dict[str, str]) -> dict[str, str]:
    kept = {part: clean(row[part])[:500] for part in _BLANK}
    return kept | {"kind": kept["kind"] if kept["kind"] in TARGETS else LINK, "vi": kept["vi"][:200], "en": kept["en"][:200]}


def as_rows(buttons: Sequence[Button]) -> list[dict[str, str]]:
    """Buttons as the form holds them."""
    return [_BLANK | {"kind": one.kind, one.kind: one.target} | dict(one.captions) for one in buttons]


class Attached(Field):  # type: ignore[misc]
    """A picture or document. It is kept once it was taken in, and named in the page by a signed word: only what somebody uploaded here
    can be sent, and an error elsewhere in the form does not lose it."""

    data: Any
    process_errors: Sequence[str]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if formdata:
            self.data = None if formdata.get(f"{self.name}_remove") else _unsigned(formdata.get(f"{self.name}_kept", ""))
            given = request.files.get(self.name)
            if given is not None and given.filename:
                self._take(given)

    def _take(self, given: Any) -> None:
        try:
            self.data = _kept(stored_files.take_in([given])[0])
        except OfficeError as refusal:
            self.process_errors = [*self.process_errors, say(refusal.key, **refusal.facts)]

    @property
    def signed(self) -> str:
        """What the page carries."""
        return str(_serializer().dumps(self.data)) if self.data else ""

    def __call__(self, **kwargs: Any) -> str:  # the template writes it
        return ""


def _kept(taken: KeptFile) -> dict[str, str]:
    """The file as it is sent: of a picture the copy without EXIF. Raises `FileTooLarge` for a picture that Telegram would not take."""
    name, sha256, kind, size = taken.name, taken.sha256, taken.media_type, taken.size
    files: FileStore = current_app.extensions["files"]
    copy = taken.findings.copy_sha256
    if copy and (path := files.path(copy)) is not None:
        sha256, kind, size = copy, uploads.type_of_copy(path), path.stat().st_size
        name = name if uploads.fits(name, kind) else name.rsplit(".", 1)[0] + uploads.ending(kind)
    if File(sha256, name, kind).is_picture and size > LARGEST_PICTURE * 1024 * 1024:
        raise FileTooLarge(name=name, limit=LARGEST_PICTURE)
    found = taken.findings
    same = Findings(found.scan, found.was_opened, found.pages, found.preview_sha256, None)
    with writing() as session:
        uploads.note_kept(session, taken, now())
        if sha256 != taken.sha256:
            uploads.note(session, sha256, size, kind, now(), same)
    return {"sha256": sha256, "name": name, "media_type": kind}


def _unsigned(signed: str) -> dict[str, str] | None:
    try:
        found: dict[str, str] | None = _serializer().loads(signed)
    except BadData:
        return None
    return found


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="attached")


def _text(label: str) -> TextAreaField:
    return TextAreaField(label, filters=[cleaned], validators=[Length(max=_LONGEST, message=TOO_LONG)], render_kw={"rows": 9})


class ContentForm(PanelForm):
    """What both have."""

    vi = _text(N_("panel.content.vi"))
    en = _text(N_("panel.content.en"))
    file = Attached(N_("panel.content.file"), description=N_("panel.content.file_hint"))
    buttons = Buttons(N_("panel.content.buttons"), description=N_("panel.content.buttons_hint"))

    @property
    def content(self) -> Content:
        """As it is kept."""
        texts = {"vi": self.vi.data, "en": self.en.data}
        return Content(texts, self.buttons.buttons, File(**self.file.data) if self.file.data else None)

    def fill(self, content: Content) -> None:
        """Show a content in the fields."""
        for name, value in as_fields(content).items():
            self[name].data = value

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Put what is wrong beside its field, in words; of a button beside its row."""
        wrong: dict[int, list[str]] = {}
        for problem in problems:
            head, _, number = problem.where.rpartition(".")
            if head.endswith("button") and number.isdecimal():
                wrong.setdefault(int(number), []).append(in_words(problem))  # the same may be wrong in both languages
            else:
                field = self[_FIELD.get(problem.where, problem.where)]
                field.errors = [*field.errors, in_words(problem)]
        self.buttons.wrong = {number: list(dict.fromkeys(sentences)) for number, sentences in wrong.items()}


_FIELD = {"button": "buttons", "window": "window_from"}


def as_fields(content: Content) -> dict[str, Any]:
    """The values of the fields."""
    file = content.to_json()["file"]
    return {"vi": content.texts.get("vi", ""), "en": content.texts.get("en", ""), "file": file, "buttons": as_rows(content.buttons)}


def in_words(problem: Problem) -> str:
    """The sentence of a problem, without codes."""
    facts = dict(problem.facts)
    if "channel" in facts:
        facts["channel"] = say(CHANNEL_NAMES.get(facts["channel"], facts["channel"]))
    if "language" in facts:
        facts["language"] = say(LANGUAGE_NAMES[facts["language"]])
    if "known" in facts:
        facts["known"] = ", ".join("{{" + name + "}}" for name in PLACEHOLDERS)
    return str(say(problem.key, **facts))


LANGUAGE_NAMES = {"vi": N_("panel.language.vi"), "en": N_("panel.language.en")}
"""As a sentence names them."""
CHANNEL_NAMES = {"telegram": N_("panel.channel.telegram"), "web": N_("panel.channel.web"), "zalo": N_("panel.channel.zalo")}


def where_to(button: Button) -> str:
    """Where a button leads, as who approves reads it."""
    if button.kind == SERVICE:
        return say(SERVICES[button.target]) if button.target in SERVICES else button.target
    if button.kind == CLASS and button.target.isdecimal():
        found = db.session.get(TrainingClass, int(button.target))
        return found.title if found else button.target
    return button.target


def choices(form: ContentForm) -> dict[str, Any]:
    """What the fields of the page offer: services, open classes and those that are chosen already, places to fill in."""
    chosen = [int(row[CLASS]) for row in form.buttons.data if row[CLASS].isdecimal() and len(row[CLASS]) < 19]
    is_open = (TrainingClass.status == OPEN) & TrainingClass.deleted_at.is_(None)
    rows = select(TrainingClass).where(or_(is_open, TrainingClass.id.in_(chosen))).order_by(TrainingClass.starts_at.desc()).limit(200)
    return {
        "targets": TARGETS,
        "services": SERVICES,
        "classes": {str(one.id): f"{one.title} ({moment(one.starts_at)})" for one in db.session.scalars(rows)},
        "inserts": INSERTS,
        "counting": COUNTING,
        "most_buttons": MOST_BUTTONS,
        "most_caption": MOST_CAPTION,
    }
