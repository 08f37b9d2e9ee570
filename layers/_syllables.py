"""Is a word a Vietnamese syllable? Text in a wrong encoding almost never is.

A syllable has one of 28 beginnings, one of some 160 rhymes and one of six tones, and what ends in a stop
(c, ch, p, t) only takes two of them; this is the spelling that schools teach.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_OF_STOPS: Final = "\u0301\u0323"
_ONSETS: Final = "ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x|"
_LINES: Final = (
    "a ac ach ai am an ang anh ao ap at au ay ak ă ăc ăm ăn ăng ăp ăt ăk âc âm ân âng âp ât âu ây",
    "e ec em en eng eo ep et ek ê êch êm ên ênh êp êt êu êk i ia ich im in inh ip it iu",
    "iêc iêm iên iêng iêp iêt iêu o oa oac oach oai oam oan oang oanh oao oap oat oay",
    "oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong oong ooc op ot ok",
    "ô ôc ôi ôm ôn ông ôp ôt ôk ơ ơi ơm ơn ơp ơt u ua uc ui um un ung up ut uk uân uâng uât uây",
    "uê uêch uênh uêu uơ uy uya uych uynh uyt uyu uyên uyêt uôc uôi uôm uôn uông uôt",
    "ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y yêm yên yêng yêt yêu",
)
_RHYMES: Final = frozenset(" ".join(_LINES).split())
_SPLIT: Final = re.compile(f"({_ONSETS})(.+)")


@lru_cache(maxsize=65_536)
def is_syllable(word: str) -> bool:
    """Say whether a word can be a Vietnamese syllable.

    Examples
    --------
    >>> [is_syllable(w) for w in ("Nghĩa", "Hoà", "Hòa", "giếng", "Néi", "Hµ", "các", "cảc")]
    [True, True, True, True, False, False, True, False]
    """
    plain, tone = _apart(unicodedata.normalize("NFC", word).lower())
    if len(tone) > 1:
        return False
    for found in (_SPLIT.fullmatch(plain), re.fullmatch(r"(g|)(.+)", plain)):
        if found is None or found[2] not in _rhymes(found[1]):
            continue
        stopped = found[2].endswith(("c", "p", "t", "ch", "k"))
        if not stopped or not tone or tone in _OF_STOPS:
            return True
    return False


def _rhymes(onset: str) -> frozenset[str]:
    """Rhymes after a beginning; qu has taken the u of its rhyme, gi the i."""
    return _AFTER.get(onset, _RHYMES)


_AFTER: Final = {
    "qu": frozenset(r[1:] for r in _RHYMES if r[0] in "uo" and len(r) > 1) | _RHYMES,
    "gi": frozenset(r[1:] for r in _RHYMES if r[0] == "i" and len(r) > 1) | _RHYMES,
}


def _apart(word: str) -> tuple[str, str]:
    """Take the tone marks off a word; breve, circumflex and horn stay."""
    letters: list[str] = []
    tones: list[str] = []
    for letter in unicodedata.normalize("NFD", word):
        (tones if letter in _TONES else letters).append(letter)
    return unicodedata.normalize("NFC", "".join(letters)), "".join(tones)
