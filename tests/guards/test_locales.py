"""No catalogue lacks a message, breaks a placeholder or holds one that nobody says."""

import string

import pytest

from domain.markup import read as read_markup
from locales import catalogue, translate
from locales.extract import read, used
from locales.languages import LANGUAGES

CATALOGUES = {language: {str(message.id): str(message.string) for message in read(language) if message.id} for language in LANGUAGES}


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_key_that_code_uses_has_a_sentence_in_every_language() -> None:
    keys, prefixes = used()
    for language, sentences in CATALOGUES.items():
        assert sorted(keys - set(sentences)) == [], f"missing in {language}: run `make messages`"
        for prefix in prefixes:
            assert any(key.startswith(prefix) for key in sentences), f"{language} has nothing that begins with {prefix}"


def test_all_languages_say_the_same_things_and_nothing_is_empty() -> None:
    assert len({frozenset(sentences) for sentences in CATALOGUES.values()}) == 1
    assert [key for sentences in CATALOGUES.values() for key, sentence in sentences.items() if not sentence.strip()] == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "vi"])
def test_every_language_names_the_same_facts(language: str) -> None:
    differing = [key for key, sentence in CATALOGUES["vi"].items() if _placeholders(sentence) != _placeholders(CATALOGUES[language][key])]
    assert differing == []


def test_no_sentence_is_left_that_nobody_says() -> None:
    keys, prefixes = used()
    silent = [key for key in CATALOGUES["vi"] if key not in keys and not key.startswith(tuple(prefixes))]
    assert silent == []


def test_chat_sentences_hold_only_markup_that_platforms_accept() -> None:
    for sentences in CATALOGUES.values():
        for key, sentence in sentences.items():
            if not key.startswith(("panel.", "login.", "cli.", "alert.")):
                read_markup(sentence)


def test_an_unknown_key_shows_itself_and_an_unknown_language_is_answered_in_vietnamese() -> None:
    assert translate("no.such_key", "vi") == "no.such_key"
    assert catalogue("xx").gettext("button.agree") == "Đồng ý"
