"""When two spellings are one name, and where all spellings of a person meet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.works.names import block_of, folded, name_key, tokens
from services.works.records import Record
from services.works.spellings import compare
from tests.works.sources.reading import only, read_text

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8).filter(
    lambda word: word not in {"jr", "sr", "ii", "iii", "iv"}
)
NAMES = st.lists(WORDS, min_size=2, max_size=4)

SAME = [
    ("Hangbo Bao", "Bao, Hangbo"),
    ("Hangbo Bao", "HANGBO BAO"),
    ("Hangbo Bao", "  Hangbo   Bao "),
    ("Hangbo Bao", "Ｈａｎｇｂｏ Ｂａｏ"),
    ("Martin Luther King", "Martin Luther King, Jr."),
    ("Martin Luther King", "Martin Luther King Jr"),
    ("Martin Luther King", "King, Martin Luther, Jr."),
    ("Martin Luther King", "King, Jr., Martin Luther"),
    ("Adlai Stevenson", "Adlai Stevenson III"),
    ("José García-Márquez", "Jose Garcia Marquez"),
    ("José García-Márquez", "García-Márquez, José"),
    ("José García", "Jose\u0301 Garci\u0301a"),
    ("Pat O'Brien", "Pat O’Brien"),
    ("Øyvind Łukasz", "Oyvind Lukasz"),
    ("Jean-Pierre Dupont", "Jean Pierre Dupont"),
    ("J.-P. Dupont", "J. P. Dupont"),
    ("Сергей Иванов", "Sergey Ivanov"),
    ("Madonna", "madonna"),
    ("Smith,", "Smith"),
]
DIFFERENT = [
    ("Hangbo Bao", "Bao Hangbo"),
    ("Hangbo Bao", "Hangbo Q. Bao"),
    ("Hangbo Bao", "H. Bao"),
    ("José García", "José García Márquez"),
    ("王伟", "汪伟"),
    ("王伟", "王玮"),
    ("王伟", "Wei Wang"),
    ("王伟", "WangWei"),
    ("이영", "李英"),
    ("!!!", "???"),
    ("", "?"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
    assert block_of(one) == block_of(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_names_that_differ(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("王伟", "王 伟"), ("김철수", "김 철수"), ("山田太郎", "山田\u3000太郎")],
)
def test_a_space_between_characters_is_no_difference(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
    assert block_of(one) == block_of(other)


@pytest.mark.parametrize(("one", "other"), [("王伟", "汪伟"), ("王伟", "王玮")])
def test_characters_that_sound_alike_meet_and_stay_apart(one: str, other: str) -> None:
    assert block_of(one) == block_of(other)
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("Hangbo Bao", "bao h"),
        ("H. Bao", "bao h"),
        ("Martin Luther King, Jr.", "king m"),
        ("José García-Márquez", "marquez j"),
        ("Ludwig van der Berg", "berg l"),
        ("Bill Byrne", "byrne w"),
        ("W. Byrne", "byrne w"),
        ("Bob Frank", "frank r"),
        ("Madonna", "madonna"),
        ("Jr.", "jr"),
        ("", "?"),
        ("…", "?"),
    ],
)
def test_names_meet_under_last_word_and_first_initial(name: str, block: str) -> None:
    assert block_of(name) == block


def test_a_name_of_nothing_but_a_suffix_is_a_name() -> None:
    assert tokens("Jr.") == ("jr",)
    assert tokens("") == ()


@given(NAMES)
def test_neither_case_nor_punctuation_nor_order_counts(words: list[str]) -> None:
    plain = " ".join(words)
    *given_names, family = words
    for spelling in (
        plain.upper(),
        plain.title(),
        ". ".join(words) + ".",
        "-".join(words),
        f"{family}, {' '.join(given_names)}",
        f"{plain}, Jr.",
    ):
        assert name_key(spelling) == name_key(plain), spelling
        assert block_of(spelling) == block_of(plain), spelling


@given(st.text(max_size=30))
def test_anything_has_a_key_and_a_block(name: str) -> None:
    assert block_of(name)
    assert name_key(name) == name_key(name.strip())


ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><entry>
  <id>http://arxiv.org/abs/2401.00001v1</id>
  <published>2024-01-01T00:00:00Z</published><updated>2024-01-01T00:00:00Z</updated>
  <title>A Title</title><summary>A text.</summary>
  <author><name>{name}</name></author>
</entry></feed>"""


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        (r"J\"urgen M\"uller", "Jürgen Müller"),
        (r"Jos{\'e} Garc{\'\i}a", "José García"),
        (r"{\L}ukasz {\O}rn", "Łukasz Ørn"),
    ],
)
def test_tex_in_a_feed_makes_no_other_name(written: str, plain: str) -> None:
    record: Record = only(read_text(ATOM.format(name=written)))
    (author,) = record.authors
    assert author.name == plain
    assert name_key(author.name) == name_key(plain)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Yue Zhang", "Yu Zhang"),
        ("Yuejie Zhang", "Yujie Zhang"),
        ("Daxing Jiang", "Daxin Jiang"),
        ("Dianhai Yu", "Dian Yu"),
    ],
)
def test_a_letter_more_makes_another_chinese_name(one: str, other: str) -> None:
    assert compare(tokens(one), tokens(other)) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hinrich Schütze", "Hinrich Schuetze"),
        ("Chu-Ren Huang", "Churen Huang"),
        ("Gokhan Tur", "Goklan Tur"),
        ("Daniel Li", "Dan Li"),
        ("Bill Byrne", "William J. Byrne"),
        ("Bill Byrne", "W. Byrne"),
        ("Yue Zhang", "Y. Zhang"),
    ],
)
def test_what_may_be_one_name_is_compared(one: str, other: str) -> None:
    assert compare(tokens(one), tokens(other)) is not None


def test_only_an_umlaut_is_folded() -> None:
    assert [folded(w) for w in ("schuetze", "xue", "michael")] == ["schutze", "xue", "michael"]
