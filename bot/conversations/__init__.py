"""The conversations, in the order in which they are asked whether an update is theirs. All there are: one look shows them."""

from functools import cache

from aiogram import Dispatcher

from bot.conversations import (
    answers,
    barcodes,
    class_sign_up,
    class_survey,
    classes,
    codes,
    commands,
    dossiers,
    enquiries,
    groups,
    hs_codes,
    instruments,
    labels,
    lot_check,
    my_classes,
    my_dossiers,
    news,
    own_forms,
    package_list,
    product_list,
    quantity_marks,
    register_search,
    reminders,
    staff_link,
    strays,
)
from bot.fsm import ConversationStorage
from bot.greeting import GreetNewcomers

CONVERSATIONS = (
    groups,
    news,
    hs_codes,
    staff_link,
    commands,
    reminders,
    classes,
    class_sign_up,
    my_classes,
    class_survey,
    package_list,
    product_list,
    dossiers,
    my_dossiers,
    own_forms,
    quantity_marks,
    lot_check,
    instruments,
    codes,
    labels,
    register_search,
    barcodes,
    enquiries,
    answers,
    strays,
)


@cache
def build_dispatcher() -> Dispatcher:
    """aiogram's dispatcher over the conversations, one for the process, as a router has one parent.

    No error handlers: they would swallow what the unit of work must see.
    """
    dispatcher = Dispatcher(storage=ConversationStorage())
    dispatcher.message.outer_middleware(GreetNewcomers())
    dispatcher.callback_query.outer_middleware(GreetNewcomers())
    for conversation in CONVERSATIONS:
        dispatcher.include_router(conversation.router)
    return dispatcher
