"""Page *Xung đột*: what these zones run into."""

from __future__ import annotations

from maps.pages._conflict_ask import conflict_question
from maps.pages._conflict_view import ConflictView
from maps.pages._view import show_page
from maps.question import answer_question

if __name__ == "__main__":
    show_page(ConflictView, conflict_question, answer_question)
