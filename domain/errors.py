"""Errors that a person can do something about. They carry a message key and facts, never prose."""

from collections.abc import Sequence
from typing import Any

from domain.messages import N_


class OfficeError(Exception):
    """An expected refusal. `key` names a sentence in `locales/`; `facts` fill its placeholders."""

    key = N_("error.generic")

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.key, facts)
        self.facts = facts


class MessageTooLong(OfficeError):
    """A text is longer than its channel or our own limit allows. Facts: limit, length (characters)."""

    key = N_("error.message_too_long")


class BrokenMarkup(OfficeError):
    """A text of ours is not the HTML that chat platforms accept. Facts: detail."""

    key = N_("error.broken_markup")


class ButtonTooLong(OfficeError):
    """The data of a button exceeds its channel's byte limit. Facts: limit, length (bytes)."""

    key = N_("error.button_too_long")


class FileRefused(OfficeError):
    """A file is of a kind that is not accepted, torn, or does not hold what its name says. Facts: name."""

    key = N_("error.file_refused")


class FileTooLarge(OfficeError):
    """Facts: name, limit (megabytes)."""

    key = N_("error.file_too_large")


class FileEmpty(OfficeError):
    """Facts: name."""

    key = N_("error.file_empty")


class FileTorn(OfficeError):
    """A file of an accepted kind that its decoder cannot read to the end: broken off, or damaged. Facts: name."""

    key = N_("error.file_torn")


class PictureTooLarge(OfficeError):
    """A picture of more pixels than any honest camera takes, however small its file is. Facts: name, limit (millions of pixels)."""

    key = N_("error.picture_too_large")


class FileUnpacksTooLarge(OfficeError):
    """An Office file that unpacks to more than any honest one. Facts: name, limit (megabytes)."""

    key = N_("error.file_unpacks_too_large")


class FileLocked(OfficeError):
    """A file that opens with a password only. Facts: name."""

    key = N_("error.file_locked")


class FileWithMacros(OfficeError):
    """An Office file with programs in it. Facts: name."""

    key = N_("error.file_with_macros")


class FileNotOpened(OfficeError):
    """The decoder hung or died over a file. Facts: name."""

    key = N_("error.file_not_opened")


class FileWithThreat(OfficeError):
    """The virus scanner found something. Facts: name, threat (as the scanner calls it)."""

    key = N_("error.file_with_threat")


class TooManyFiles(OfficeError):
    """Facts: limit (files a day)."""

    key = N_("error.too_many_files")


class SheetTorn(OfficeError):
    """A spreadsheet is torn, or is no spreadsheet."""

    key = N_("error.sheet_torn")


class SheetLocked(OfficeError):
    """A workbook of before 2007, or one with a password: both look alike from outside."""

    key = N_("error.sheet_locked")


class SheetEncoding(OfficeError):
    """The letters of a text file are in no encoding that we read."""

    key = N_("error.sheet_encoding")


class SheetEmpty(OfficeError):
    """There is no row with the names of the columns."""

    key = N_("error.sheet_empty")


class SheetColumns(OfficeError):
    """Columns that are needed are missing, or stand there twice. Facts: columns (names), found (names of those in the file)."""

    key = N_("error.sheet_columns")


class SheetTooLong(OfficeError):
    """Facts: limit (rows)."""

    key = N_("error.sheet_too_long")


class SheetTooLarge(OfficeError):
    """Unpacked, the workbook is larger than any honest one of its kind. Facts: limit (megabytes)."""

    key = N_("error.sheet_too_large")


class TooManyTasks(OfficeError):
    """A person has as many exports and imports waiting as one may have. Facts: limit."""

    key = N_("error.too_many_tasks")


class RightsTaken(OfficeError):
    """Somebody no longer has the right to what they asked for earlier."""

    key = N_("error.rights_taken")


class FileNotFetched(OfficeError):
    """The platform announced a file but does not hand it out. Facts: name."""

    key = N_("error.file_not_fetched")


class EnquiryClosed(OfficeError):
    """An act on an enquiry that has ended. Facts: reference."""

    key = N_("error.enquiry_closed")


class NoSuchEnquiry(OfficeError):
    """A reference that is not one of this contact's. Facts: reference."""

    key = N_("error.no_such_enquiry")


class OwnedByAnother(OfficeError):
    """Another officer has the enquiry. Facts: reference, officer."""

    key = N_("error.owned_by_another")


class NewerEnquiryOpen(OfficeError):
    """An enquiry given back to the bot is not taken again while the contact has a newer one with people. Facts: reference (the newer)."""

    key = N_("error.newer_enquiry_open")


class NewerTurns(OfficeError):
    """The citizen or a colleague wrote since the page last showed the conversation; nothing was sent. Facts: reference."""

    key = N_("error.newer_turns")


class PlacesLeft(OfficeError):
    """A reply still holds places of a canned reply that nobody filled. Facts: places (as they are written)."""

    key = N_("error.places_left")


class CannotAnswer(OfficeError):
    """An enquiry is not given to somebody who may not answer, or whose account was closed. Facts: officer."""

    key = N_("error.cannot_answer")


class NoSuchCannedReply(OfficeError):
    """A canned reply that was deleted a moment ago, or never was."""

    key = N_("error.no_such_canned_reply")


class EmptyNote(OfficeError):
    """A note without a word."""

    key = N_("error.empty_note")


class EntryWithoutSource(OfficeError):
    """A knowledge entry is not published without its source."""

    key = N_("error.entry_without_source")


class OwnProposal(OfficeError):
    """Nobody approves what they wrote themselves."""

    key = N_("error.own_proposal")


class NothingProposed(OfficeError):
    """There is no text that waits for approval: somebody decided on it a moment ago."""

    key = N_("error.nothing_proposed")


class AlreadySettled(OfficeError):
    """Somebody dealt with these unanswered questions a moment ago."""

    key = N_("error.already_settled")


class AlreadyReplaced(OfficeError):
    """A legal document was noted as replaced before. Facts: number."""

    key = N_("error.already_replaced")


class OwnRights(OfficeError):
    """Nobody changes their own rights, nor closes their own account."""

    key = N_("error.own_rights")


class TooFewAdministrators(OfficeError):
    """The act would leave fewer administrators than there must be. Facts: fewest."""

    key = N_("error.too_few_administrators")


class EmailTaken(OfficeError):
    """There is an account with this e-mail address. Facts: email."""

    key = N_("error.email_taken")


class UnreadablePeriods(OfficeError):
    """Working hours that are no periods of a day, or overlap. Facts: text."""

    key = N_("error.unreadable_periods")


class NeverOpenWeek(OfficeError):
    """A week without a single open hour."""

    key = N_("error.never_open_week")


class EmptyReply(OfficeError):
    """A reply with neither text nor file."""

    key = N_("error.empty_reply")


class ConsentNeeded(OfficeError):
    """The contact refused the purpose that the wish needs. Facts: purpose."""

    key = N_("error.consent_needed")


class MalformedReference(OfficeError):
    """A reference whose form or check character is wrong. Facts: reference."""

    key = N_("error.malformed_reference")


class NoNames(OfficeError):
    """A list of participants without a name."""

    key = N_("error.no_names")


class TooManyNames(OfficeError):
    """More participants than one registration may have. Facts: count, limit."""

    key = N_("error.too_many_names")


class UnreadableName(OfficeError):
    """A line that does not begin with a full name. Facts: line."""

    key = N_("error.unreadable_name")


class BadPhone(OfficeError):
    """No phone number of Viet Nam. Facts: phone."""

    key = N_("error.bad_phone")


class BadTaxCode(OfficeError):
    """No tax code, or its check digit is wrong. Facts: code."""

    key = N_("error.bad_tax_code")


class BadDate(OfficeError):
    """No date. Facts: text."""

    key = N_("error.bad_date")


class BadAnswer(OfficeError):
    """No answer to a question of a class. Facts: choices (empty where any words would do)."""

    key = N_("error.bad_answer")


class FileAwaited(OfficeError):
    """Words where a class asks for a photo or document."""

    key = N_("error.file_awaited")


class OnePersonOnly(OfficeError):
    """Several names where one person takes the place of another."""

    key = N_("error.one_person_only")


class NoSuchClass(OfficeError):
    """A class that is unknown, not published or deleted."""

    key = N_("error.no_such_class")


class SignUpClosed(OfficeError):
    """A class takes no sign-ups now. Facts: title."""

    key = N_("error.sign_up_closed")


class ClassFull(OfficeError):
    """There are not as many free seats, or others wait for them. Facts: title, people, free, waiting (registrations before)."""

    key = N_("error.class_full")


class LargerThanClass(OfficeError):
    """More people than the class has seats at all. Facts: title, people, seats."""

    key = N_("error.larger_than_class")


class AlreadySignedUp(OfficeError):
    """Somebody is in this class already. Facts: name, title."""

    key = N_("error.already_signed_up")


class NamedTwice(OfficeError):
    """The same person stands twice in one list. Facts: name."""

    key = N_("error.named_twice")


class NoSuchRegistration(OfficeError):
    """A registration that is not this contact's, or ended."""

    key = N_("error.no_such_registration")


class OfferOver(OfficeError):
    """The time for taking an offered seat is over. Facts: title."""

    key = N_("error.offer_over")


class ChangesOver(OfficeError):
    """Changes by oneself are no longer possible. Facts: title, until."""

    key = N_("error.changes_over")


class ClassDates(OfficeError):
    """The times of a class do not fit. Facts: none; one key a fault."""

    def __init__(self, key: str, **facts: Any) -> None:
        super().__init__(**facts)
        self.key = key


class ClassMove(OfficeError):
    """A class cannot go from its state into that one. Facts: state, wanted."""

    key = N_("error.class_move")


class FewerSeatsThanTaken(OfficeError):
    """Seats cannot become fewer than are taken. Facts: taken."""

    key = N_("error.fewer_seats")


class CertificateNotEarned(OfficeError):
    """Somebody did not attend enough, or did not pass. Facts: name."""

    key = N_("error.certificate_not_earned")


class BadNumber(OfficeError):
    """A number was asked for. Facts: low, high."""

    key = N_("error.bad_number")


class BadLength(OfficeError):
    """A text is too short or too long. Facts: low, high (characters)."""

    key = N_("error.bad_length")


class BadAddress(OfficeError):
    """Digits alone are no address."""

    key = N_("error.bad_address")


class BadEmail(OfficeError):
    """Facts: email."""

    key = N_("error.bad_email")


class BadYesNo(OfficeError):
    """Neither yes nor no."""

    key = N_("error.bad_yes_no")


class BadCompanyPrefix(OfficeError):
    """No company prefix that begins with 893. Facts: prefix."""

    key = N_("error.bad_company_prefix")


class BadGtin(OfficeError):
    """A code in a list is no GTIN. Facts: code."""

    key = N_("error.bad_gtin")


class TooManyCodes(OfficeError):
    """Facts: count, limit."""

    key = N_("error.too_many_codes")


class ProductListAwaited(OfficeError):
    """Words came where a product list was asked for."""

    key = N_("error.product_list_awaited")


class NoGoodProducts(OfficeError):
    """Not one row of a product list can be taken. Facts: faulty (rows)."""

    key = N_("error.no_good_products")


class EnoughProducts(OfficeError):
    """So many products are typed one by one at most; more come in a sheet. Facts: limit."""

    key = N_("error.enough_products")


class NumberDecided(OfficeError):
    """Nobody disputes a product's number any more, or the claim was taken back."""

    key = N_("error.number_decided")


class WrongPaper(OfficeError):
    """A file is of a kind that this paper does not take. Facts: name, paper, kinds."""

    key = N_("error.wrong_paper")


class EnoughFiles(OfficeError):
    """A paper has all the files that it takes. Facts: paper, limit."""

    key = N_("error.enough_files")


class NoSuchDossier(OfficeError):
    """Unknown, or somebody else's: the answer is the same. Facts: reference."""

    key = N_("error.no_such_dossier")


class NoSuchDraft(OfficeError):
    """A draft that was handed in, thrown away, has expired, or is somebody else's."""

    key = N_("error.no_such_draft")


class DossierIncomplete(OfficeError):
    """Facts: parts (names of what is missing)."""

    key = N_("error.dossier_incomplete")


class DossierMoved(OfficeError):
    """It no longer stands where it stood. Facts: reference."""

    key = N_("error.dossier_moved")


class WordsNeeded(OfficeError):
    """A decision that the firm must understand has no words."""

    key = N_("error.words_needed")


class SecondPersonNeeded(OfficeError):
    """Who drafted a decision may not approve it."""

    key = N_("error.second_person_needed")


class NothingDemanded(OfficeError):
    """More was asked for, but nothing named."""

    key = N_("error.nothing_demanded")


class ManagerNeeded(OfficeError):
    """A second request for more needs a manager and their reason. Facts: number."""

    key = N_("error.manager_needed")


class LateReasonNeeded(OfficeError):
    """A late dossier moves on only when the firm was told why. Facts: reference."""

    key = N_("error.late_reason_needed")


class DossierStopped(OfficeError):
    """An answer with which the way ends: it says why, and what to do. Facts: none; one key an answer."""

    def __init__(self, field: str, choice: str) -> None:
        super().__init__()
        self.key = f"dossier.stop.{field}.{choice}"


class FirmHasTime(OfficeError):
    """The firm may still complete its dossier. Facts: due."""

    key = N_("error.firm_has_time")


class BadRow(OfficeError):
    """A line has too few or too many parts. Facts: line, wanted, found (numbers of parts)."""

    key = N_("error.row_parts")


class BadRowPart(OfficeError):
    """A part of a line that must not be empty, or is too long. Facts: line, part (its number)."""

    key = N_("error.row_part")


class BadRowState(OfficeError):
    """No state of goods. Facts: line, text."""

    key = N_("error.row_state")


class BadRowQuantity(OfficeError):
    """A quantity that is none, or may be read in two ways. Facts: line, text."""

    key = N_("error.row_quantity")


class BadRowHeight(OfficeError):
    """No height in millimetres. Facts: line, text."""

    key = N_("error.row_height")


class BadRowDate(OfficeError):
    """No date. Facts: line, text."""

    key = N_("error.row_date")


class TooManyRows(OfficeError):
    """Facts: count, limit."""

    key = N_("error.too_many_rows")


class InstrumentExpired(OfficeError):
    """The verification of a measuring instrument is over. Facts: name, until."""

    key = N_("error.instrument_expired")


class NoSuchEntry(OfficeError):
    """No line of a register."""

    key = N_("error.no_such_entry")


class NumberTaken(OfficeError):
    """The register has a line with this number. Facts: number."""

    key = N_("error.number_taken")


class LastDayNeeded(OfficeError):
    """A certificate without the last day on which it holds."""

    key = N_("error.last_day_needed")


class SuspendedTooLong(OfficeError):
    """A suspension ends today or earlier, or later than the rule allows. Facts: last."""

    key = N_("error.suspended_too_long")


class BadMoveCode(OfficeError):
    """No draft waits under this code, or it was too long ago."""

    key = N_("error.bad_move_code")


class BadLinkCode(OfficeError):
    """No member of staff made this code to link their chat, or it was too long ago."""

    key = N_("error.bad_link_code")


class ChatOfAnother(OfficeError):
    """The chat is linked to another member of staff."""

    key = N_("error.chat_of_another")


class TooManyCodesTried(OfficeError):
    """Too many wrong codes in a short time. Facts: minutes."""

    key = N_("error.too_many_codes_tried")


class FileArriving(OfficeError):
    """A dossier is handed in while a file of it is still on its way."""

    key = N_("error.file_arriving")


class DraftOfStaff(OfficeError):
    """A draft that an officer began for a visitor without a chat is handed in by the officer."""

    key = N_("error.draft_of_staff")


class NoSuchFee(OfficeError):
    """No fee of this kind is in force."""

    key = N_("error.no_such_fee")


class NoLabel(OfficeError):
    """A number that gets no label. Facts: none; one key a reason."""

    def __init__(self, key: str, **facts: Any) -> None:
        super().__init__(**facts)
        self.key = key


class NoSuchPrefix(OfficeError):
    """A company prefix that this contact does not speak for."""

    key = N_("error.no_such_prefix")


class BadQuantity(OfficeError):
    """A text is no quantity: a number and a unit. Facts: text."""

    key = N_("error.bad_quantity")


class NegativeQuantity(OfficeError):
    """Facts: text."""

    key = N_("error.negative_quantity")


class AmbiguousQuantity(OfficeError):
    """A point or comma may stand between thousands or before decimals. Facts: text, small, large (the two readings)."""

    key = N_("error.ambiguous_quantity")


class UnknownUnit(OfficeError):
    """A unit that is no legal one. Facts: unit, meant (the whole quantity with the symbol that may be meant; may be empty)."""

    key = N_("error.unknown_unit")

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self.key = N_("error.unknown_unit_meant") if facts["meant"] else UnknownUnit.key


class NotAWeight(OfficeError):
    """Something among the weights is none. Facts: place (1 is the first), text."""

    key = N_("error.not_a_weight")


class MixedUnits(OfficeError):
    """A weight in another unit than the nominal quantity. Facts: place, text, unit (that of the nominal quantity)."""

    key = N_("error.mixed_units")


class AmbiguousWeights(OfficeError):
    """A point or comma in the weights may stand between thousands or before decimals. Facts: text, small, large."""

    key = N_("error.ambiguous_weights")


class TooManyWeights(OfficeError):
    """More weights than one check takes. Facts: limit."""

    key = N_("error.too_many_weights")


class TemplateBroken(OfficeError):
    """A DOCX template that does not render. Facts: name, fault (as the renderer says it), place (text of the paragraph)."""

    key = N_("error.template_broken")


class TemplateUnknownName(OfficeError):
    """A DOCX template that names what its kind of paper does not have. Facts: name, unknown, place (text of the paragraph)."""

    key = N_("error.template_unknown_name")


class TemplateLinksOut(OfficeError):
    """A DOCX template that fetches something from elsewhere when it is opened. Facts: name."""

    key = N_("error.template_links_out")


class NotADocument(OfficeError):
    """A template has to be a DOCX. Facts: name."""

    key = N_("error.not_a_document")


class PaperNotFitting(OfficeError):
    """A kind of paper that does not fit how its dossier stands. Facts: reference."""

    key = N_("error.paper_not_fitting")


class PaperWithoutChat(OfficeError):
    """A paper of a dossier that nobody filed in a chat has nowhere to go. Facts: reference."""

    key = N_("error.paper_without_chat")


class NoSuchInstrument(OfficeError):
    """A measuring instrument that this contact does not see."""

    key = N_("error.no_such_instrument")


class BadInstrument(OfficeError):
    """A line that names no measuring instrument. Facts: text."""

    key = N_("error.bad_instrument")


class InstrumentOfOthers(OfficeError):
    """Somebody else of the firm named the instrument, and this contact is not confirmed for the firm. Facts: name."""

    key = N_("error.instrument_of_others")


class NoSuchLotCheck(OfficeError):
    """A check of a lot that this contact did not ask for."""

    key = N_("error.no_such_lot_check")


class NotAWeightInRow(OfficeError):
    """A cell of the weights' column is none. Facts: row (as Excel counts), column, text."""

    key = N_("error.not_a_weight_in_row")


class NoWeightColumn(OfficeError):
    """No column of a sheet holds weights."""

    key = N_("error.no_weight_column")


class SummaryRow(OfficeError):
    """A row of a sheet sums up others (total, mean), and would be counted as a package. Facts: row, text."""

    key = N_("error.summary_row")


class CommasUnclear(OfficeError):
    """In a CSV file commas part columns and stand before decimals. Facts: row."""

    key = N_("error.commas_unclear")


class BadAudience(OfficeError):
    """A filter of an audience is unknown, or holds what it cannot. Facts: filter."""

    key = N_("error.bad_audience")


class BroadcastNotReady(OfficeError):
    """Something stops a broadcast before it is sent. Facts: count; `problems` are `domain.broadcasts.Problem`s."""

    key = N_("error.broadcast_not_ready")

    def __init__(self, problems: Sequence[Any]) -> None:
        super().__init__(count=len(problems))
        self.problems = problems


class BroadcastMove(OfficeError):
    """A broadcast cannot go this way from where it is, or is no longer what was shown. Facts: status."""

    key = N_("error.broadcast_move")


class BroadcastOwnApproval(OfficeError):
    """Who wrote a broadcast cannot be the one who approves it."""

    key = N_("error.broadcast_own_approval")


class BroadcastChanged(OfficeError):
    """The broadcast is not what the approver saw: content, audience or rules changed since."""

    key = N_("error.broadcast_changed")


class BroadcastCountWrong(OfficeError):
    """The number of recipients was not typed as it is. Facts: count."""

    key = N_("error.broadcast_count")


class StaffWithoutChat(OfficeError):
    """A member of staff has linked no chat to which a test could be sent. Facts: name."""

    key = N_("error.staff_without_chat")


class NameTaken(OfficeError):
    """Something else of its kind, maybe in the bin, has this name. Facts: name."""

    key = N_("error.name_taken")


class TooManyHsCodes(OfficeError):
    """Facts: limit, count (followed already), more (that were to be added)."""

    key = N_("error.too_many_hs_codes")


class NoSuchTopic(OfficeError):
    """A topic that nobody can choose."""

    key = N_("error.no_such_topic")


class NeverAgain(OfficeError):
    """A message of a broadcast is not sent a second time, whatever became of the first."""

    key = N_("error.never_again")


class NoHours(OfficeError):
    """A text names no two hours of a day."""

    key = N_("error.no_hours")


class BreakInHours(OfficeError):
    """Hours in the middle of the day are not wanted; only one stretch a day can be kept. Facts: begins, ends (HH:MM)."""

    key = N_("error.break_in_hours")


class MomentPast(OfficeError):
    """A reminder is wanted at a moment that is over. Facts: at."""

    key = N_("error.moment_past")


class MomentTooFar(OfficeError):
    """A reminder is wanted later than we promise. Facts: at, years."""

    key = N_("error.moment_too_far")


class TooManyReminders(OfficeError):
    """A contact has as many open reminders of its own as one may have. Facts: limit."""

    key = N_("error.too_many_reminders")


class NothingToRemindOf(OfficeError):
    """A reminder without words."""

    key = N_("error.nothing_to_remind_of")


class NoSuchReminder(OfficeError):
    """No planned reminder of this contact."""

    key = N_("error.no_such_reminder")
