"""Quantity marks in words (bằng lời): what an announcement made again changes of the last one."""

from domain.dossiers.declaration import PACKAGES
from domain.dossiers.package_changes import Changes
from domain.messages import N_
from locales import translate
from usecases.dossier_words import row_part, row_said


def changes(found: Changes, language: str) -> list[str]:
    """A line for each product that came, went, or is packed or labelled differently."""
    lines = [translate(N_("mark.change.added"), language, said=row_said(PACKAGES, row, language)) for row in found.added]
    lines += [translate(N_("mark.change.removed"), language, said=row_said(PACKAGES, row, language)) for row in found.removed]
    for one in found.changed:
        was = "; ".join(row_part(part, one.before, language) or "–" for part in one.parts)
        now = "; ".join(row_part(part, one.after, language) or "–" for part in one.parts)
        name = f"{one.after.get('name', '')} {one.after.get('quantity', '')}"
        lines.append(translate(N_("mark.change.changed"), language, name=name, was=was, now=now))
    return lines
