"""Click in the language of the reader: its own words come from the locale files too."""

from __future__ import annotations

import gettext
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from layers.kinds import kinds
from maps.cli.speech import T, helped, language
from maps.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from maps.words import Words

__all__ = ["NUMBER", "WHOLE_NUMBER", "Group", "WholeRange", "click_in", "kinds_in_words"]


class _Number(click.types.FloatParamType):
    name = T("cli.number")


class _WholeNumber(click.types.IntParamType):
    name = T("cli.whole_number")


class WholeRange(click.IntRange):
    """A whole number within bounds."""

    name = T("cli.whole_number")


NUMBER = _Number()
WHOLE_NUMBER = _WholeNumber()


class Group(click.Group):
    """A group of commands; as the outermost one it gives click the words of the language."""

    def __init__(self, *given: Any, **options: Any) -> None:
        metavars = {"options_metavar": T("cli.options"), "subcommand_metavar": T("cli.subcommand")}
        super().__init__(*given, **{**metavars, **options})

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option that shows the help; click keeps it, with the words of the first run.

        Parameters
        ----------
        ctx : click.Context

        Returns
        -------
        click.Option or None
        """
        return helped(super().get_help_option(ctx))

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Run as a program.

        Parameters
        ----------
        args : sequence of str, optional
            Default those of the process.
        *rest, **options
            As click's own.
        """
        with click_in(words(language(args))):
            return super().main(args, *rest, **options)


@contextmanager
def click_in(say: Words) -> Iterator[None]:
    """Let click speak a language for a while.

    Every sentence of click passes through ``gettext``, which looks for compiled catalogues of the system;
    here it looks into the locale files instead, whose English texts are click's own. A sentence that
    they lack, of some later version, stays English.

    Parameters
    ----------
    say : Words
    """
    theirs, ours = words("en").section("click"), say.section("click")
    book = {theirs[key]: ours[key] for key in theirs}

    def one(text: str) -> str:
        return book.get(text, text)

    def one_or_many(text: str, many: str, count: int) -> str:
        return one(text if count == 1 else many)

    hooks = (("_", gettext.gettext, one), ("ngettext", gettext.ngettext, one_or_many))
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "click"]
    found = [
        (module, name, click_says, we_say)
        for module in modules
        for name, click_says, we_say in hooks
        if vars(module).get(name) is click_says
    ]
    for module, name, _, mine in found:
        setattr(module, name, mine)
    try:
        yield
    finally:
        for module, name, original, _ in found:
            setattr(module, name, original)


def kinds_in_words() -> str:
    """List the kinds of layers by the names that options take, each with what it is called.

    Returns
    -------
    str
    """
    return ", ".join(f"{kind.name} ({T(f'kind.{kind.name}')})" for kind in kinds())
