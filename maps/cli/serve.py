"""``thocong serve``: the application on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from layers import Workspace
from layers.errors import QuestionError
from layers.sample import create_sample
from maps.cli.doctor import fatal_problems
from maps.cli.speech import USAGE, Command, T, terminal

__all__ = ["serve", "streamlit_flags"]

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command(cls=Command, help=T("cli.serve.help"))
@click.option("--workspace", metavar="DIR", type=click.Path(path_type=Path), help=T("cli.serve.workspace"))
@click.option("--sample", is_flag=True, help=T("cli.serve.sample"))
@click.option("--port", type=int, default=8501, show_default=True, help=T("cli.serve.port"))
@click.option("--host", default="127.0.0.1", show_default=True, help=T("cli.serve.host"))
@click.option("--allow-network", is_flag=True, help=T("cli.serve.allow_network"))
@click.option("--browser/--no-browser", default=True, help=T("cli.serve.browser"))
def serve(**given: Any) -> None:
    """Check the ground, make the sample if asked to, and hand over to Streamlit."""
    speak = terminal()
    if given["host"] not in _LOOPBACK and not given["allow_network"]:
        raise QuestionError("host_not_loopback", found=given["host"], expected=list(_LOOPBACK))
    problems = fatal_problems()
    for problem in problems:
        speak.say(speak.words(problem.key, **problem.fields))
    if problems:
        raise SystemExit(USAGE)
    folder = given["workspace"] or Path("workspace")
    if given["sample"] and not (folder / "catalogue.sqlite").exists():
        create_sample(folder, progress=speak.progress)
    Workspace(folder)
    address = f"http://{given['host']}:{given['port']}"
    speak.say(speak.words("cli.serve.listening", address=address, path=str(folder)))
    environment = {**os.environ, "THOCONG_WORKSPACE": str(folder.resolve()), "THOCONG_LANG": speak.words.lang}
    flags = {
        **streamlit_flags(),
        "server.address": given["host"],
        "server.port": given["port"],
        "server.headless": not given["browser"],
    }
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(_app()),
        *(f"--{k}={_flag(v)}" for k, v in flags.items()),
    ]
    try:
        raise SystemExit(subprocess.call(command, env=environment))  # noqa: S603 - our own interpreter and flags
    except KeyboardInterrupt:
        raise SystemExit(0) from None


def streamlit_flags() -> dict[str, Any]:
    """Settings of the application, from the configuration that is shipped with it.

    Returns
    -------
    dict of str to value
        ``section.name`` to value.
    """
    shipped = Path(__file__).parents[1] / "_streamlit" / "config.toml"
    beside = Path(__file__).parents[2] / ".streamlit" / "config.toml"
    with (shipped if shipped.is_file() else beside).open("rb") as handle:
        tree = tomllib.load(handle)
    return _flat(tree)


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in tree.items():
        out |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return out


def _flag(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _app() -> Path:
    found = find_spec("app")
    if found is None or found.origin is None:
        raise QuestionError("app_missing", expected="app.py")
    return Path(found.origin)
