"""Page *Đất bị hấp thụ*: land that housing took, and how long the rest lasts."""

from __future__ import annotations

from maps.absorption_question import answer_absorption
from maps.pages._absorption_ask import absorption_question
from maps.pages._absorption_view import AbsorptionView
from maps.pages._view import show_page

if __name__ == "__main__":
    show_page(AbsorptionView, absorption_question, answer_absorption)
