"""How often one chat is spoken to, on a clock of the test's own."""

import itertools
from dataclasses import dataclass, field

from bot.channel import Rates
from bot.pace import Pace


@dataclass
class Speaker:
    """Always has something to say and looks every twentieth of a second."""

    rates: Rates
    chat: int
    now: float = 100.0
    said: list[float] = field(default_factory=list)

    def speak(self, seconds: float) -> list[float]:
        pace, start = Pace(self.rates, lambda: self.now), self.now
        while self.now - start < seconds - 1e-9:
            while self.chat not in pace.busy_chats():
                pace.spoke(self.chat)
                self.said.append(round(self.now - start, 2))
            self.now += 0.05
        return self.said


def test_a_private_chat_hears_three_at_once_and_then_one_a_second() -> None:
    said = Speaker(Rates(chat=1), 7).speak(6)
    assert said[:3] == [0, 0, 0]
    assert [round(moment) for moment in said[3:]] == [1, 2, 3, 4, 5]


def test_a_group_hears_no_more_than_twenty_a_minute_and_no_burst() -> None:
    said = Speaker(Rates(chat=1), -7).speak(60)
    assert len(said) == 20
    assert min(later - earlier for earlier, later in itertools.pairwise(said)) >= 2.95


def test_a_channel_without_rates_never_waits() -> None:
    pace = Pace(Rates(), lambda: 0.0)
    for _ in range(50):
        pace.spoke(7)
    assert pace.busy_chats() == []
