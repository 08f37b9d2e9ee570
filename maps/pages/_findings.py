"""Findings as a list that can be read to its end: wrapped text, what to do under what is wrong."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Finding
    from maps.words import Words

__all__ = ["show_findings"]

_GRAVEST = ("block", "warn", "info")
_MOST = 200


def show_findings(findings: Sequence[Finding], words: Words) -> None:
    """Show findings, the gravest first.

    Parameters
    ----------
    findings : sequence of Finding
    words : Words
    """
    ordered = sorted(findings, key=lambda f: _GRAVEST.index(f.level))
    items = "".join(_item(finding, words) for finding in ordered[:_MOST])
    st.html(f"<ul class='tc-findings'>{items}</ul>")
    if len(ordered) > _MOST:
        st.caption(words("findings.more", count=len(ordered) - _MOST))


def _item(finding: Finding, words: Words) -> str:
    """Text from files only ever stands here escaped."""
    fix = words.fix(finding)
    todo = f"<span>→ {escape(fix)}</span>" if fix else ""
    level = f"<b>{escape(words(f'level.{finding.level}'))}</b>"
    return f"<li class='tc-{finding.level}'>{level} {escape(words.message(finding))}{todo}</li>"
