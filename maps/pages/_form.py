"""What stands in the widgets of a question: kept over a change of page, and put back by a link."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from layers.errors import ThoCongError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["form_of", "kept_form", "put_form"]

#: what the keys of the widgets of a page begin with, where it isn't its name
_BEGINS: Final = {"conflict": ("ask-",), "distance": ("distance-", "from-", "to-")}
#: what else is kept under the name of a page
_OTHERS: Final = (
    *("question", "row", "group", "mark", "view", "start", "click", "nudge", "asked", "form", "go", "last"),
    *("run", "place", "taken", "named", "again", "wait", "opened", "turn"),
)
#: how keys end of what is remembered of a widget: Streamlit doesn't forget it with the page
_NO_WIDGET: Final = ("-metres", "-decided")
_PLAIN: Final = (str, int, float, date)


def form_of(name: str) -> dict[str, Any]:
    """Return what stood in the widgets of a page when they were shown last.

    Parameters
    ----------
    name : str
        Of the page.

    Returns
    -------
    dict
        Key of a widget to its value.
    """
    form: dict[str, Any] = st.session_state.get(f"{name}-form", {})
    return form


def put_form(name: str, form: Mapping[str, Any]) -> None:
    """Let the widgets of a page start with other values; to be called before they are shown.

    Parameters
    ----------
    name : str
        Of the page.
    form : mapping
        From :func:`form_of`, perhaps of another session; keys that aren't of the page are left out.
    """
    mine = {key: value for key, value in form.items() if _is_mine(name, key) and _is_plain(value)}
    st.session_state[f"{name}-form"] = mine
    for key in [str(key) for key in st.session_state if _is_mine(name, str(key))]:
        del st.session_state[key]


@contextmanager
def kept_form(name: str) -> Iterator[None]:
    """Hold the widgets of a question: Streamlit forgets them when another page is shown, this doesn't.

    Parameters
    ----------
    name : str
        Of the page.
    """
    kept = form_of(name)
    if kept and not any(key in st.session_state for key in kept if not key.endswith(_NO_WIDGET)):
        for key, value in kept.items():
            st.session_state[key] = value
        try:
            yield
        except ThoCongError:
            raise
        except Exception:  # noqa: BLE001 - a widget raises all kinds of errors for a value that isn't its own
            # a choice that is offered no longer, or a button: first without what may have been one
            rest = {key: value for key, value in kept.items() if not isinstance(value, bool)}
            put_form(name, rest if len(rest) < len(kept) else {})
            st.rerun()
    else:
        yield
    state = st.session_state
    shown = {str(key): state[key] for key in state if _is_mine(name, str(key)) and _is_plain(state[key])}
    state[f"{name}-form"] = shown


def _is_mine(name: str, key: str) -> bool:
    begins = _BEGINS.get(name, (f"{name}-",))
    begin = next((one for one in begins if key.startswith(one)), None)
    return begin is not None and key.removeprefix(begin) not in _OTHERS


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(part, _PLAIN) for part in value)
    return isinstance(value, _PLAIN)
