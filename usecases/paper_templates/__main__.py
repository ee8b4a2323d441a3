"""Write our templates anew: `python -m usecases.paper_templates`, after a change of `paper_layouts` or of a sentence in it."""

from usecases.paper_layouts import KINDS
from usecases.paper_templates import path_of
from usecases.paper_templates.building import build

for kind in KINDS.values():
    path_of(kind).write_bytes(build(kind))
