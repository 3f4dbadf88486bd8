from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from scoring_engine.locale.templates import templates
from scoring_engine.locale.update import CLICK, CLICK_PLURALS, PACKAGE, po_path, read

SOURCE = {
    "messages.py": '''
class Message: ...

def plain():
    return Message("written where it is used", {})

def chosen(flag):
    text = "the one way" if flag else "the other way"
    return Message(text)

TABLE = {"a": ("code", "from a table"), "b": ("other code", "from a table, too")}

def looked_up(key):
    code, text = TABLE[key]
    return Message(text)

def through(rows):
    for code, text in [("first code", "in a loop"), ("second code", "in a loop, too")]:
        yield Message(text)
''',
    "other.py": '''
from messages import Message

class Reporter:
    def error(self, code, text, **args):
        return self.found(text, code)

    def found(self, text, code):
        return Message(text)

def use(reporter):
    reporter.error("E301", "handed on by two methods")
''',
}


def places(template: str) -> set[str]:
    """The names of the places in a template."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def one(text: str | tuple[str, ...] | list[str]) -> str:
    """A text, or the first of those of a plural."""
    return text if isinstance(text, str) else text[0]


def test_templates_are_found_however_they_reach_a_message(tmp_path: Path):
    for name, source in SOURCE.items():
        (tmp_path / name).write_text(source, encoding="utf-8")
    assert [text for text, _ in templates(tmp_path)] == [
        "written where it is used",
        "the one way",
        "the other way",
        "from a table",
        "from a table, too",
        "in a loop",
        "in a loop, too",
        "handed on by two methods",
    ]


def test_the_catalogue_has_the_packages_templates_and_no_others():
    entries = {message.id for message in read("zh") if message.id}
    assert entries == {text for text, _ in templates(PACKAGE)} | {*CLICK, *CLICK_PLURALS}, "run make catalogue"


@pytest.mark.parametrize("language", ["zh"])
def test_the_compiled_catalogue_is_in_step_with_the_written_one(language):
    with open(po_path(language), "rb") as file:
        written = {one(m.id): one(m.string) for m in read_po(file) if m.id and m.string}
    with open(po_path(language).with_suffix(".mo"), "rb") as file:
        compiled = {one(m.id): one(m.string) for m in read_mo(file) if m.id}
    assert compiled == written, "run make catalogue"


def test_every_template_has_a_chinese_translation_with_the_same_places():
    for message in read("zh"):
        # Chinese has one form for one and for several, which speaks of several.
        english = message.id[-1] if isinstance(message.id, tuple) else message.id
        chinese = message.string[0] if isinstance(message.string, tuple) else message.string
        if english:
            assert chinese, f"not translated: {english}"
            assert places(chinese) == places(english), english
