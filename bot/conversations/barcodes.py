"""The barcode service beside its dossiers: does a product need a new number, what numbers cost, one's own company prefixes."""

from aiogram import Router
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot import buttons
from bot.barcode_buttons import Fees, NewGtin, OwnPrefixes, PrefixAct, act, to_menu
from bot.work import Work
from db.models import CompanyPrefix, Fee
from domain import new_gtin
from domain.fees import due_day, first_year
from domain.messages import N_
from domain.new_gtin import Question, Result
from locales import amount, day, translate
from usecases import company_prefixes, fees

router = Router(name="barcodes")


# does it need a new GTIN?


@router.callback_query(NewGtin.filter())
async def ask(press: CallbackQuery, callback_data: NewGtin, work: Work) -> None:
    """The question that the answers so far lead to, or what follows from them."""
    await press.answer()
    if not isinstance(press.message, Message):
        return
    try:
        found = new_gtin.step(callback_data.path)
    except KeyError:
        await press.message.answer(work.say("strays.old_button"), reply_markup=buttons.menu(work))
        return
    if isinstance(found, Question):
        await _question(press.message, work, callback_data.path, found)
    else:
        await _result(press.message, work, callback_data.path, found)


async def _question(message: Message, work: Work, path: str, asked: Question) -> None:
    rows = [[act(work, f"new_gtin.answer.{asked.name}.{answer}", NewGtin(path=new_gtin.after(path, answer)))] for answer in asked.answers]
    await message.answer(work.say(f"new_gtin.ask.{asked.name}"), reply_markup=buttons.keyboard(*rows, _back(work, path)))


def _back(work: Work, path: str) -> list[InlineKeyboardButton]:
    back = [act(work, N_("button.back"), NewGtin(path=new_gtin.before(path)))] if path else []
    return [*back, to_menu(work)]


async def _result(message: Message, work: Work, path: str, found: Result) -> None:
    parts = [work.say(f"new_gtin.result.{found.name}"), work.say(f"new_gtin.rule.{found.rule}")]
    if found.name != new_gtin.NONE:
        parts.append(work.say("new_gtin.never_again"))
    parts.append(work.say("new_gtin.source", source=new_gtin.SOURCE))
    again = [act(work, N_("button.new_gtin"), NewGtin())]
    await message.answer("\n".join(parts), reply_markup=buttons.keyboard(again, _back(work, path)))


# fees


@router.callback_query(Fees.filter())
async def fee(press: CallbackQuery, callback_data: Fees, work: Work) -> None:
    """What one kind costs today, or the kinds there are."""
    await press.answer()
    if not isinstance(press.message, Message):
        return
    if callback_data.kind:
        await _one_fee(press.message, work, fees.get(work.session, callback_data.kind, work.today))
        return
    kinds = [buttons.button(_fee_name(work, row), Fees(kind=row.kind)) for row in fees.in_force(work.session, work.today)]
    await press.message.answer(work.say("fee.ask"), reply_markup=buttons.keyboard(*([kind] for kind in kinds), [to_menu(work)]))


async def _one_fee(message: Message, work: Work, row: Fee) -> None:
    sums = first_year(row.issue, row.yearly, work.today)
    facts = {"issue": _sum(work, sums.issue), "yearly": _sum(work, sums.yearly), "total": _sum(work, sums.total)}
    lines = [work.say("fee.head", name=_fee_name(work, row))]
    if row.yearly is None:
        lines.append(work.say("fee.once", issue=facts["issue"]))
    else:
        lines.append(work.say("fee.first_year", today=day(work.today, work.language), **facts))
        lines.append(work.say("fee.half" if sums.yearly < row.yearly else "fee.whole"))
        lines.append(work.say("fee.later", yearly=_sum(work, row.yearly)))
    lines.append(work.say("fee.source", source=row.source))
    if not row.verified_by:
        lines.append(work.say("fee.unverified"))
    others = [act(work, N_("button.other_fees"), Fees()), to_menu(work)]
    await message.answer("\n".join(lines), reply_markup=buttons.keyboard(others))


def _fee_name(work: Work, row: Fee) -> str:
    return translate(f"fee.kind.{row.kind}", work.language) if row.kind in fees.KINDS else row.kind


def _sum(work: Work, value: int) -> str:
    return amount(value, work.language)


# one's own prefixes


@router.callback_query(OwnPrefixes.filter())
async def own_prefixes(press: CallbackQuery, work: Work) -> None:
    await press.answer()
    if isinstance(press.message, Message):
        await _show_prefixes(press.message, work)


async def _show_prefixes(message: Message, work: Work) -> None:
    own = company_prefixes.of_contact(work.session, work.contact)
    if not own:
        await message.answer(work.say("prefix.none"), reply_markup=buttons.keyboard([buttons.person(work), to_menu(work)]))
        return
    for prefix in own:
        await message.answer(_prefix_text(work, prefix), reply_markup=buttons.keyboard(*_prefix_rows(work, prefix)))


def _prefix_text(work: Work, prefix: CompanyPrefix) -> str:
    room = company_prefixes.capacity(work.session, prefix)
    lines = [
        work.say("prefix.head", prefix=prefix.prefix, firm=prefix.organisation.name),
        work.say("prefix.room", used=_sum(work, room.used), holds=_sum(work, room.holds), left=_sum(work, room.left)),
    ]
    if room.is_nearly_full:
        lines.append(work.say("prefix.full" if room.left == 0 else "prefix.warning"))
    if prefix.expires_on is not None:
        lines.append(work.say("prefix.expires", day=day(prefix.expires_on, work.language)))
    if not prefix.verified_by:
        lines.append(work.say("prefix.unverified"))
    year = company_prefixes.unpaid_year(prefix, work.today)
    lines.append(work.say("prefix.fee_due", year=year, due=day(due_day(year), work.language)))
    if prefix.wants_fee_reminders:
        lines.append(work.say("prefix.reminded"))
    return "\n".join(lines)


def _prefix_rows(work: Work, prefix: CompanyPrefix) -> list[list[InlineKeyboardButton]]:
    year = company_prefixes.unpaid_year(prefix, work.today)
    wanted = (N_("button.no_reminders"), "off") if prefix.wants_fee_reminders else (N_("button.fee_reminders"), "on")
    return [
        [act(work, wanted[0], PrefixAct(key=prefix.id, act=wanted[1]))],
        [act(work, N_("button.fee_paid_for"), PrefixAct(key=prefix.id, act=f"paid{year}"), year=year)] if year <= work.today.year else [],
        [to_menu(work)],
    ]


@router.callback_query(PrefixAct.filter())
async def prefix_act(press: CallbackQuery, callback_data: PrefixAct, work: Work) -> None:
    """Pressed twice it is done once: what is paid or wanted stays so."""
    await press.answer()
    prefix = company_prefixes.get_own(work.session, work.contact, callback_data.key)
    if callback_data.act == "on":
        company_prefixes.remind(work.session, prefix, work.contact, work.now)
    elif callback_data.act == "off":
        company_prefixes.remind_no_more(work.session, prefix, work.now)
    elif (year := callback_data.act.removeprefix("paid")).isdigit() and int(year) <= work.today.year:
        company_prefixes.note_paid(work.session, prefix, work.contact, int(year), work.now)
    if isinstance(press.message, Message):
        await press.message.answer(_prefix_text(work, prefix), reply_markup=buttons.keyboard(*_prefix_rows(work, prefix)))
