"""Text from before Unicode is read column by column; what is too short to tell stays as it is."""

from __future__ import annotations

import random
import unicodedata
from typing import TYPE_CHECKING

import pytest
from viparse.normalize.encodings import CHARMAPS

from layers import read_layer, reference
from layers._syllables import _apart, is_syllable
from layers.legacy_text import judge_text
from tests.layers.formats import small_layer, write

if TYPE_CHECKING:
    from pathlib import Path

OLD = ("tcvn3", "vni", "viscii", "cp1258", "utf-8")


def names() -> list[str]:
    return reference.table("communes_2025")["name"].tolist()


def spoilt(text: str, encoding: str) -> str:
    """Write text in an old encoding and read the bytes as Latin-1, as most readers do."""
    if encoding == "utf-8":
        return text.encode().decode("latin-1")
    if encoding == "cp1258":
        out = b""
        for letter in text:
            plain, tone = _apart(letter)
            try:
                out += letter.encode("cp1258")
            except UnicodeEncodeError:
                out += (plain + tone).encode("cp1258")
        return out.decode("latin-1")
    back: dict[str, str] = {}
    for old, new in CHARMAPS[encoding].pairs:
        back.setdefault(new, old)
    if encoding == "tcvn3":  # its capitals with marks are small letters in another font
        text = "".join(c if c.isascii() or c in back else c.lower() for c in text)
    return "".join(back.get(c, c) for c in text)


@pytest.mark.parametrize("encoding", OLD)
@pytest.mark.parametrize("count", [50, 200])
def test_a_column_of_names_is_read_as_it_was_written(encoding: str, count: int) -> None:
    dice = random.Random(f"{encoding}{count}")
    for _ in range(8):
        told = judge_text([spoilt(name, encoding) for name in dice.sample(names(), count)])
        assert told.encoding == encoding
        assert told.confidence > 0.9
        assert len(told.preview) == 10


@pytest.mark.parametrize("encoding", OLD)
@pytest.mark.parametrize("count", [1, 3, 10])
def test_of_a_few_values_none_is_read_wrong(encoding: str, count: int) -> None:
    dice = random.Random(f"{encoding}{count}")
    for _ in range(40):
        assert judge_text([spoilt(n, encoding) for n in dice.sample(names(), count)]).encoding in (
            encoding,
            "?",
            "",
        )


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_unicode_stays_as_it_is(form: str) -> None:
    dice = random.Random(5)
    for count in (1, 5, 50):
        for _ in range(20):
            column = [unicodedata.normalize(form, n) for n in dice.sample(names(), count)]
            assert judge_text(column).encoding == ""


@pytest.mark.parametrize(
    "values",
    [
        ["Île de Ré", "Château", "Besançon", "Orléans"],
        ["Mäkelänkatu", "Töölö", "Käpylä", "Hämeentie"],
        ["", "   "],
        [None, 3, 2.5],
        ["90 °C", "½ ha", "±5"],
        ["Đắk Lắk", "Krông Nô", "Ea H’leo"],
    ],
)
def test_what_is_no_old_vietnamese_is_left_alone(values: list[object]) -> None:
    assert judge_text(values).encoding in ("", "?")


def test_nearly_all_words_of_place_names_are_syllables() -> None:
    words = [w for name in names() for w in name.split() if not w.isascii()]
    assert sum(is_syllable(w) for w in words) > 0.99 * len(words)


def test_a_layer_is_read_in_its_old_encoding_and_says_so(tmp_path: Path) -> None:
    frame = small_layer()
    plain = frame["ten_khu"].tolist()
    frame["ten_khu"] = [spoilt(text, "tcvn3") for text in plain]
    found = read_layer(str(write(tmp_path, "gpkg", frame)), "industrial_park")
    assert found.layer.frame["name"].tolist() == plain
    said = next(f for f in found.findings if f.code == "text_decoded")
    assert (said.fields["column"], said.fields["encoding"]) == ("ten_khu", "tcvn3")
    assert "text_decoded" in found.layer.provenance.steps


def test_one_value_too_short_to_tell_stays_and_is_named(tmp_path: Path) -> None:
    frame = small_layer().iloc[:1].assign(ten_khu=[spoilt("Hoà Lạc", "tcvn3")])
    found = read_layer(str(write(tmp_path, "gpkg", frame)), "industrial_park")
    assert found.layer.frame["name"].tolist() == [spoilt("Hoà Lạc", "tcvn3")]
    assert [f.level for f in found.findings if f.code == "text_unsure"] == ["warn"]
