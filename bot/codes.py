"""What can be said of codes (tra mã), in words: kind, check digit, who issued the number, what it says, what the register knows."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiogram.fsm.state import State, StatesGroup
from aiogram.types import InlineKeyboardButton, Message

from bot import buttons
from bot.awaiting import stop_waiting, wait_for
from bot.barcode_buttons import CheckCode, PrintLabel, act, another_code, to_menu
from bot.work import Work
from domain import gs1, gtin
from domain.gs1 import Said
from domain.messages import N_
from locales import translate
from usecases import codes
from usecases.codes import REGISTERED, WRONG, CodeFinding

_SWAPS = 3
"""Places of a swap that are named; of more it is only said that there may have been one."""
_NAMED = frozenset(
    """
    00 01 02 10 11 12 13 15 16 17 20 21 22 30 37 240 310 392 400 401 410 414 421 422 7003 8200
    """.split()  # noqa: SIM905
)
"""Application identifiers with words of our own; the others have GS1's English name."""
_DAYS = frozenset({"11", "12", "13", "15", "16", "17"})


class AskingCode(StatesGroup):
    """The next text or photo is a code."""

    code = State()


async def ask_for_code(message: Message, work: Work) -> None:
    """Wait for a number or a photo."""
    wait_for(work, AskingCode.code, True)
    await message.answer(work.say("code.ask"), reply_markup=buttons.under_reply(work, [to_menu(work)]))


async def tell(message: Message, work: Work, found: Sequence[CodeFinding], more: int = 0, notes: Sequence[str] = ()) -> None:
    """Say what was found of one or several codes; `more` were not looked at. `notes` are keys of what to say beside it."""
    stop_waiting(work)
    parts = [_text(work, one) for one in found]
    if len(parts) > 1:
        parts.insert(0, work.say("code.several", count=len(found)))
    if more > 0:
        parts.append(work.say("code.more", read=len(found), more=more))
    parts += [work.say(key) for key in notes]
    await message.answer("\n\n".join(parts), reply_markup=buttons.under_reply(work, *_rows(work, found)))


def _rows(work: Work, found: Sequence[CodeFinding]) -> list[list[InlineKeyboardButton]]:
    meant = [one.meant for one in found if one.doubts]
    rows = [[act(work, N_("button.check_meant"), CheckCode(number=number), number=number)] for number in dict.fromkeys(meant)]
    if len(found) == 1 and found[0].is_label:
        rows.append([act(work, N_("button.print_this_label"), PrintLabel(number=found[0].number))])
    return [*rows, [another_code(work), to_menu(work)]]


def _text(work: Work, found: CodeFinding) -> str:
    lines = [
        work.say(f"code.kind.{found.kind}", number=found.number or found.asked),
        *_verdict(work, found),
        *_facts(work, found.said),
        *_stands_for(work, found),
        *_issuer(work, found),
    ]
    return "\n".join(lines)


def _verdict(work: Work, found: CodeFinding) -> list[str]:
    if found.verdict == WRONG:
        return [work.say("code.verdict.wrong"), *_slips(work, found)]
    if found.verdict == REGISTERED and found.product is not None:
        brand = found.product.brand or translate(N_("code.no_brand"), work.language)
        return [work.say("code.verdict.registered", name=found.product.name, brand=brand), work.say("code.not_proof")]
    if found.kind == codes.OTHER:
        is_address = found.asked.lower().startswith(("http://", "https://"))
        return [work.say("code.address" if is_address else "code.no_code")]
    return [work.say(f"code.verdict.{found.verdict}"), work.say("code.not_proof")]


def _slips(work: Work, found: CodeFinding) -> list[str]:
    """What may be wrong: always as a possibility, never a corrected number."""
    if found.doubts:
        return [work.say("code.doubt", position=one.position, letter=one.letter, digit=one.digit) for one in found.doubts]
    if found.faults:
        return [work.say(f"code.fault.{fault}") for fault in found.faults]
    if not found.should_end:
        return [work.say("code.length", count=len(found.number))]
    lines = [work.say("code.should_end", digit=found.should_end)]
    if 0 < len(found.swaps) <= _SWAPS:
        places = ", ".join(f"{place}–{place + 1}" for place in found.swaps)
        lines.append(work.say("code.swapped_at", places=places))
    elif found.swaps:
        lines.append(work.say("code.swapped"))
    return [*lines, work.say("code.look_again")]


def _facts(work: Work, said: Sequence[Said]) -> list[str]:
    return [work.say("code.fact", ai=one.ai, name=_name_of(work, one.ai), value=_value_of(one)) for one in said]


def _name_of(work: Work, ai: str) -> str:
    known = ai if ai in _NAMED else ai[:3]
    return translate(f"code.ai.{known}", work.language) if known in _NAMED else gs1.title_of(ai)


def _value_of(said: Said) -> str:
    """Dates as people write them, day 0 left out; weights with their decimals."""
    if said.ai in _DAYS and (day := gs1.day_of(said.value)):
        year, month, of_month = day
        return f"{of_month:02d}/{month:02d}/{year}" if of_month else f"{month:02d}/{year}"
    if len(said.ai) == 4 and said.ai[:3] in {"310", "392"} and said.value.isdigit():
        decimals = int(said.ai[3])
        return f"{int(said.value) / 10**decimals:.{decimals}f}"
    return said.value


def _stands_for(work: Work, found: CodeFinding) -> list[str]:
    """A UPC-E in full, the item in a pack."""
    lines = []
    if found.upc_a is not None and found.verdict != WRONG:
        key = "code.upc_e" if found.kind == "upce" else "code.or_upc_e"
        lines.append(work.say(key, number=found.upc_a))
    if found.inner is not None:
        lines.append(work.say("code.pack", number=gtin.plain(found.inner)))
    if found.inside is not None:
        lines.append(work.say("code.inside", name=found.inside.name))
    return lines


def _issuer(work: Work, found: CodeFinding) -> list[str]:
    """Who issued the number, and that this is not where goods were made."""
    if found.doubts or found.kind == codes.OTHER or (found.verdict == WRONG and found.number == ""):
        return []
    if found.prefix is None:
        return [work.say("code.prefix.none")] if found.number else []
    digits = gs1.beginning(found.number if found.kind != "upce" else found.upc_a or "", found.prefix)
    lines = [work.say(f"code.prefix.{found.prefix.kind}", prefix=digits, issuer=_issuer_name(work, found.prefix))]
    if found.prefix.kind == gs1.ISSUER:
        lines.append(work.say("code.not_origin_893" if digits == gs1.VIET_NAM else "code.not_origin"))
    if found.company_prefix is not None:
        lines.append(work.say("code.company_prefix", prefix=found.company_prefix, length=len(found.company_prefix)))
    elif digits == gs1.VIET_NAM:
        lines.append(work.say("code.company_prefix_unknown"))
    return [*lines, work.say("code.portal")] if digits == gs1.VIET_NAM else lines


def _issuer_name(work: Work, prefix: gs1.PrefixRange) -> str:
    if work.language == "vi" and prefix.country:
        return translate(N_("code.issuer_of"), work.language, country=prefix.country)
    return prefix.usage


@dataclass(frozen=True)
class Reading:
    """What was read from the pictures of a message: the codes; keys of why nothing was, or why it is not certain."""

    found: list[CodeFinding]
    more: int
    advice: list[str]


def read(work: Work) -> Reading:
    """The codes in the files of this update, each once, and what the reader said of its pictures."""
    read_codes = {(code.gtin14 or code.text): code for file in work.files for code in file.codes}
    first = list(read_codes.values())[: codes.AT_MOST]
    advice = list(dict.fromkeys(key for file in work.files for key in file.advice))
    return Reading([codes.ask_read(work.session, code) for code in first], len(read_codes) - len(first), advice)
