"""Findings as a list that can be read to its end: wrapped text, what to do under what is wrong.

What is said of many rows is there once, with its count, and unfolds.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from maps.grouping import grouped
from maps.pages._frame import advice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Finding
    from maps.grouping import Group
    from maps.words import Words

__all__ = ["show_findings"]

_GRAVEST = ("block", "warn", "info")
_MOST = 200
_MOST_OF_ONE = 200


def show_findings(findings: Sequence[Finding], words: Words) -> None:
    """Show findings, the gravest first, those that say the same of several rows together.

    Parameters
    ----------
    findings : sequence of Finding
    words : Words
    """
    found = grouped(findings, advice=lambda one: advice(one, words))
    groups = sorted(found, key=lambda g: _GRAVEST.index(g.first.level))
    items = "".join(_item(group, words) for group in groups[:_MOST])
    st.html(f"<ul class='tc-findings'>{items}</ul>")
    if len(groups) > _MOST:
        st.caption(words("findings.more", count=len(groups) - _MOST))


def _item(group: Group, words: Words) -> str:
    """Text from files only ever stands here escaped."""
    first = group.first
    fix = advice(first, words)
    todo = f"<span>→ {escape(fix)}</span>" if fix else ""
    level = f"<b>{escape(words(f'level.{first.level}'))}</b>"
    said = f"{level} {escape(words.message(first))}{todo}{_others(group, words)}"
    return f"<li class='tc-{first.level}'>{said}</li>"


def _others(group: Group, words: Words) -> str:
    """The other rows of which the same was found, folded."""
    if not group.count:
        return ""
    shown = [escape(words.message(one)) for one in group.others[:_MOST_OF_ONE]]
    if left := group.count - len(shown):
        shown.append(escape(words("findings.more_rows", count=left)))
    head = escape(words("findings.like", count=group.count))
    lines = "".join(f"<div>{line}</div>" for line in shown)
    return f"<details><summary>{head}</summary>{lines}</details>"
