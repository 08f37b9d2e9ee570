"""Page *Chọn địa điểm*: where the next zone can go."""

from __future__ import annotations

from maps.candidate_question import answer_candidates
from maps.pages._candidate_ask import candidate_question
from maps.pages._candidate_view import CandidateView
from maps.pages._view import show_page

if __name__ == "__main__":
    show_page(CandidateView, candidate_question, answer_candidates)
