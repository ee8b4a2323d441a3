"""What the forms of the panel share. Messages are keys: the page translates them."""

from typing import Any

from flask_admin.form import BaseForm
from wtforms import DateField, Field, HiddenField, SelectChoice, SelectField, TextAreaField

from admin.language import say
from domain.folding import clean
from domain.messages import N_

NEEDED = N_("panel.form.needed")
TOO_LONG = N_("panel.form.too_long")
_NO_DAY = N_("panel.form.no_day")


class PanelForm(BaseForm):  # type: ignore[misc]
    """A form whose fields tell screen readers what stands beside them, and which remembers the record as it was opened."""

    opened = HiddenField()

    def names(self) -> list[str]:
        """The fields that hold something of the record."""
        return [field.name for field in self if not isinstance(field, HiddenField)]

    def entered(self) -> dict[str, Any]:
        """What is to be saved, by name."""
        return {name: self[name].data for name in self.names()}

    def described(self, field: Field) -> dict[str, str]:
        """What a screen reader is told about a field beside its label."""
        notes = [f"{field.id}-hint"] * bool(field.description) + [f"{field.id}-bad"] * bool(field.errors)
        described = {"aria-describedby": " ".join(notes)} if notes else {}
        return described | ({"aria-invalid": "true"} if field.errors else {})


class Day(DateField):  # type: ignore[misc]
    """A day; the browser's own picker."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_NO_DAY) from None


class Words(SelectField):  # type: ignore[misc]
    """A choice among codes, shown in words."""

    def __init__(self, label: str, words_of: dict[str, str], **options: Any) -> None:
        def choices() -> list[SelectChoice]:
            return [SelectChoice(code, say(key)) for code, key in words_of.items()]

        super().__init__(label, choices=choices, invalid_choice_message=N_("panel.form.not_offered"), **options)


class Lines(TextAreaField):  # type: ignore[misc]
    """Several texts, one a line."""

    def _value(self) -> str:
        return "\n".join(self.data or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = lines(valuelist[0])


def lines(text: str) -> list[str]:
    """The lines of a text that hold something, cleaned, each once."""
    return list(dict.fromkeys(filter(None, (clean(line)[:1000] for line in text.splitlines()))))


def cleaned(text: str | None) -> str:
    """What was typed, cleaned; nothing for a field that was left out."""
    return clean(text or "")
