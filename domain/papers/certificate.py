"""The certificate of attendance (giấy chứng nhận): A4 across, with a serial number and a code that leads to the page that verifies it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.papers import press
from domain.papers.press import Code, Letterhead


@dataclass(frozen=True)
class Certificate:
    """Ready sentences in one language, from top to bottom. `serial` has its label; `code` holds the address of the verify page."""

    language: str
    head: Letterhead
    serial: str
    title: str
    certifies: str
    participant: str
    firm: str
    attended: str
    class_title: str
    dates: str
    place_and_date: str
    signer_title: str
    signer: str
    code: Code
    verify: str


def certificate(paper: Certificate, made_at: datetime) -> bytes:
    """One page of PDF, ready to be signed by hand or with a digital signature."""
    return press.pdf("certificate", paper, made_at)


def certificates(papers: Iterable[Certificate], made_at: datetime) -> Iterator[bytes]:
    """A file for each, in order, made when it is asked for: a class of hundreds never lies in memory at once."""
    return (certificate(paper, made_at) for paper in papers)
