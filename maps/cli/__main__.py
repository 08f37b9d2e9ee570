"""``python -m maps.cli``: the terminal where the script ``thocong`` is not on the path."""

from maps.cli.main import main

main(prog_name="thocong")
