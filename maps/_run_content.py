"""What a workspace says of a run: looked over, for somebody may have sent the workspace."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["require_run"]

_KINDS: Final[dict[str, type]] = {
    **dict.fromkeys(("key", "title", "note", "asked_at"), str),
    **dict.fromkeys(("facts", "figures", "extra"), dict),
    "layers": list,
}
_LARGEST: Final = 1e300


def require_run(content: dict[str, Any]) -> None:
    """Refuse the content of a run that nobody kept.

    Parameters
    ----------
    content : dict

    Raises
    ------
    KeyError, TypeError
    """
    for name, kind in _KINDS.items():
        if not isinstance(content[name], kind):
            raise TypeError(name)
    if not isinstance(content.get("form", {}), dict):
        raise TypeError("form")
    if not all(map(_is_figure, content["figures"].values())):
        raise TypeError("figures")
    if not all(map(_is_layer, content["layers"])):
        raise TypeError("layers")


def _is_figure(value: Any) -> bool:
    # what is no number fails the comparison
    return value is None or (isinstance(value, int | float) and abs(value) < _LARGEST)


def _is_layer(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    texts = all(isinstance(value.get(name), str) for name in ("role", "name"))
    return texts and type(value.get("version")) in (int, type(None)) and "version" in value
