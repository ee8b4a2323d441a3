"""aiogram's FSM storage on the conversation row of the current unit of work: state and data live and die with the transaction."""

from collections.abc import Mapping
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

from bot.work import current_work


class ConversationStorage(BaseStorage):
    """Finds the row by the ContextVar; the key is the current contact's by construction (one lane, one lock, one contact)."""

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        current_work.get().conversation.state = state.state if isinstance(state, State) else state

    async def get_state(self, key: StorageKey) -> str | None:
        return current_work.get().conversation.state

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        current_work.get().conversation.data = dict(data)

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        return dict(current_work.get().conversation.data)

    async def close(self) -> None:
        """Nothing is held open here."""
