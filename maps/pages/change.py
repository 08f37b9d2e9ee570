"""Page *Biến động sử dụng đất*: what land became between two dates or more."""

from __future__ import annotations

from maps.change_question import answer_change
from maps.pages._change_ask import change_question
from maps.pages._change_view import ChangeView
from maps.pages._view import show_page

if __name__ == "__main__":
    show_page(ChangeView, change_question, answer_change)
