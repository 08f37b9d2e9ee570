"""Page *So sánh kỳ quy hoạch*: what changed between two versions of a plan."""

from __future__ import annotations

from maps.comparison_question import answer_comparison
from maps.pages._comparison_ask import comparison_question
from maps.pages._comparison_view import ComparisonView
from maps.pages._view import show_page

if __name__ == "__main__":
    show_page(ComparisonView, comparison_question, answer_comparison)
