"""Page *Lượt hỏi*: the questions that were kept, to be opened and asked again."""

from __future__ import annotations

from maps.pages._runs import show_runs

if __name__ == "__main__":
    show_runs()
