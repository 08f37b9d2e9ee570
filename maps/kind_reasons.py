"""Why a file seems to hold a kind of layer, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.kind_guess import KindGuess, KindSign
    from maps.words import Words

__all__ = ["reasons_of"]


def reasons_of(guess: KindGuess, words: Words, *, kind: str | None = None) -> str:
    """Say what speaks for the kinds of a guess.

    Parameters
    ----------
    guess : KindGuess
    words : Words
    kind : str, optional
        Only what speaks for this one; its name is left out then.

    Returns
    -------
    str
        Empty where nothing does.

    Examples
    --------
    >>> from layers.kind_guess import KindGuess, KindSign
    >>> from maps.words import words
    >>> sign = KindSign("road", "heading", "CapDuong")
    >>> reasons_of(KindGuess("road", (sign,)), words("vi"), kind="road")
    'cột «CapDuong»'
    >>> reasons_of(KindGuess(None, (sign,)), words("vi"))
    'đường bộ (cột «CapDuong»)'
    """
    if kind is not None:
        return "; ".join(_reason(sign, words) for sign in guess.signs if sign.kind == kind)
    parts = []
    for one in guess.kinds:
        name = words(f"kind.{one}")
        parts.append(f"{name[:1].lower()}{name[1:]} ({reasons_of(guess, words, kind=one)})")
    return "; ".join(parts)


def _reason(sign: KindSign, words: Words) -> str:
    return words(
        f"kind_sign.{sign.by}",
        found=sign.found,
        column=sign.column,
        share=words.number(sign.share * 100, 0),
    )
