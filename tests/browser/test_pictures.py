"""Every page in every state that matters, in both languages: pictures to look at, and their words.

``make pictures`` keeps them in ``pictures/``: of each state the first screen of a small laptop and the whole.
"""

from __future__ import annotations

import os
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from layers import Workspace
from maps.question import ConflictQuestion, answer_question
from maps.runs import Runs
from maps.words import words
from tests.browser.conftest import Server
from tests.browser.test_journeys import MAP, settled, the_map
from tests.maps.mistakes import file_with_three_mistakes

WIDE, HIGH = 1366, 768
HIGHEST = 5_000
LOWEST = 100
WHOLE = "e => e.querySelector('img.leaflet-tile:not(.leaflet-tile-loaded)') === null"
EMPTY = "huyen-moi"
ANSWERS = {
    "conflicts": ("xung-dot", "ask.go"),
    "distances": ("khoang-cach", "distance_ask.go"),
    "compare": ("so-sanh-ky", "comparison_ask.go"),
    "absorption": ("dat-bi-hap-thu", "absorption_ask.go"),
    "change": ("bien-dong", "change_ask.go"),
    "candidates": ("chon-dia-diem", "candidate_ask.go"),
}
#: words that a page in the other language would have somewhere; names in the data have none of them
FOREIGN = {
    "vi": r"\b(the|of|and|with|for|from|choose|select|save|show|open|close|none|loading|search|rows?|layers?"
    r"|download|error|warning|unavailable|total|years?|hectares?)\b",
    "en": r"\b(của|và|không|được|các|những|chọn|lưu|hiện|mở|tìm|tải|lỗi|lượt|dòng"
    r"|kết quả|dữ liệu|diện tích)\b",
}
#: a decimal mark of the other language before a unit
MARKS = {
    "vi": r"(?<![\d.,])\d+\.\d{1,2}\s?(?:ha|km|m|%)(?!\w)",
    "en": r"(?<![\d.,])\d+,\d{1,2}\s?(?:ha|km|m|%)(?!\w)",
}
#: one of a thing, said of many
PLURAL = r"(?<![\d.,:/v-])\b1 (?!(?:this|as|is|was|has|across)\b)[a-z]+(?<!s)s\b"
#: words of people stand in their own language whatever the page speaks: a title of a run, a name in the data
OF_PEOPLE = ("Cụm công nghiệp 2030 trước khi trình", "Tổ quy hoạch rà soát lần đầu.")


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The application on the sample with a kept run, and an empty workspace beside it."""
    from layers.sample import create_sample

    folder = tmp_path_factory.mktemp("pictures")
    base = create_sample(folder / "workspace")
    Workspace.create(folder / EMPTY, crs=5897, name="Huyện mới")
    asked = ConflictQuestion(
        str(base.folder),
        (("industrial_clusters_2030", 1),),
        (("land_use_2025", 1), ("schools", 1)),
        date(2026, 6, 1),
    )
    title, note = OF_PEOPLE
    Runs(base).keep(asked, answer_question(asked), title=title, note=note)
    running = Server(folder / "workspace", folder / "server.log")
    yield running
    running.stop()
    shutil.rmtree(folder)


class Visit:
    """A person in front of the application, who reads one language."""

    def __init__(self, window, server, lang, folder):
        self.page, self.server, self.lang, self.folder = window, server, lang, folder
        self.words = words(lang)

    def go(self, path, **params):
        named = "".join(f"&{name}={value}" for name, value in params.items())
        self.page.goto(f"{self.server.address}/{path}?lang={self.lang}{named}")
        self.page.locator("h3").first.wait_for()
        self.still()

    def still(self):
        settled(self.page)
        self.page.wait_for_timeout(800)
        settled(self.page)
        for _ in range(60):  # maps and tiles that are still on their way
            if all(self.drawn(one) for one in self.page.locator(MAP).all()):
                break
            self.page.wait_for_timeout(250)
        self.page.wait_for_timeout(400)

    @staticmethod
    def drawn(chart):
        edges = chart.bounding_box()
        inside = chart.content_frame.locator(".leaflet-container")
        if edges is None or edges["height"] < LOWEST or inside.count() == 0:
            return False
        return inside.first.evaluate(WHOLE)

    def ask(self, name):
        path, key = ANSWERS[name]
        self.go(path)
        self.page.get_by_role("button", name=self.words(key), exact=True).click()
        self.page.locator(".tc-cards").wait_for()
        the_map(self.page).locator(".leaflet-pane path").first.wait_for(state="attached")
        self.still()

    def tab(self, key):
        self.page.get_by_role("tab", name=self.words(key)).click()
        self.still()


def form(visit, name):
    visit.go(ANSWERS[name][0])


def answer(visit, name):
    visit.ask(name)


def row(visit, name):
    visit.ask(name)
    table = visit.page.locator(".st-key-tc-answer").get_by_test_id("stDataFrame").first
    shown = visit.page.locator(".st-key-tc-decide" if name == "candidates" else ".tc-facts")
    for _ in range(4):  # figures above may still find their places while it is clicked
        table.evaluate("e => e.scrollIntoView({block: 'center'})")
        visit.still()
        edges = table.bounding_box()
        # in the matrix a cell with land, elsewhere the words of the second row
        visit.page.mouse.click(edges["x"] + (291 if name == "change" else 120), edges["y"] + 36 + 32 + 16)
        visit.still()
        if shown.count():
            break
    shown.first.wait_for()


def start(visit, name):
    visit.go("", **({"ws": EMPTY} if name == "empty" else {}))


def layer_list(visit, name):
    visit.go("lop-du-lieu", **({"ws": EMPTY} if name == "empty" else {}))


def one_layer(visit, name):
    visit.go("lop-du-lieu", layer=name)


def imported(visit, name):
    visit.go("lop-du-lieu")
    visit.tab("layers.add")
    upload = visit.page.get_by_test_id("stFileUploader").locator("input[type=file]")
    upload.set_input_files(file_with_three_mistakes(visit.folder))
    visit.page.get_by_text(visit.words("import.candidates_title")).wait_for()
    the_map(visit.page).locator(".tc-badge span").first.wait_for()
    if name == "read":
        field = visit.page.locator('[class*="st-key-import-candidate"] input')
        field.click()
        field.fill("EPSG:5897+swapped")
        visit.page.get_by_role("option", name=re.compile(r"EPSG:5897\+swapped$")).first.click()
        settled(visit.page)
        visit.page.get_by_role("button", name=visit.words("import.take_go")).click()
        visit.page.get_by_role("button", name=visit.words("import.save")).wait_for()
        the_map(visit.page).locator("path.leaflet-interactive").first.wait_for()
    visit.still()


def door(visit, name):
    visit.go("lop-du-lieu")
    visit.tab("layers.add")
    if name != "door_file":
        visit.page.get_by_text(visit.words(f"import.{name}"), exact=True).click()
    visit.still()


def basemaps(visit, _):
    visit.go("lop-du-lieu")
    visit.tab("basemap.tab")


def plain_page(visit, name):
    visit.go(name)


def empty_runs(visit, name):
    visit.go(name, ws=EMPTY)


def one_run(visit, _):
    visit.go("xung-dot", run="conflicts-1")
    visit.page.locator(".tc-cards").wait_for()
    visit.still()
    visit.page.get_by_role("button", name=visit.words("runs.open_kept")).click()
    visit.page.get_by_test_id("stPopoverBody").locator("textarea").wait_for()
    visit.page.wait_for_timeout(500)


def gallery(visit, name):
    visit.go("bo-phan")
    named = visit.words(f"page.gallery.{name}")
    visit.page.get_by_test_id("stMain").get_by_text(named, exact=True).first.click()
    visit.still()


#: name of the picture, and how one comes to what it shows
STATES = {
    "start-full": (start, "full"),
    "start-empty": (start, "empty"),
    **{f"{name}-form": (form, name) for name in ANSWERS},
    **{f"{name}-answer": (answer, name) for name in ANSWERS},
    **{f"{name}-row": (row, name) for name in ANSWERS if name != "absorption"},
    "layers-list": (layer_list, "full"),
    "layers-empty": (layer_list, "empty"),
    "layers-one": (one_layer, "industrial_clusters_2030"),
    "layers-land": (one_layer, "land_use_2025"),
    "import-file": (door, "door_file"),
    "import-paste": (door, "door_paste"),
    "import-draw": (door, "door_draw"),
    "import-mistakes": (imported, "seen"),
    "import-read": (imported, "read"),
    "basemaps": (basemaps, ""),
    "rules": (plain_page, "quy-dinh"),
    "runs-empty": (empty_runs, "luot-hoi"),
    "runs-kept": (plain_page, "luot-hoi"),
    "runs-one": (one_run, ""),
    **{f"gallery-{part}": (gallery, part) for part in ("views", "periods", "figures", "drawing")},
}


@pytest.fixture
def visit(browser, shown, request, tmp_path):
    context = browser.new_context(viewport={"width": WIDE, "height": HIGH}, locale="vi-VN")
    window = context.new_page()
    outside, broken = [], []
    own = (shown.address, shown.address.replace("http", "ws"), "data:", "blob:")
    window.on("request", lambda r: None if r.url.startswith(own) else outside.append(r.url))
    window.on("pageerror", lambda error: broken.append(str(error)))
    window.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    window.set_default_timeout(120_000)
    yield Visit(window, shown, request.getfixturevalue("lang"), tmp_path)
    context.close()
    assert outside == []
    assert broken == []


def keep(page, name):
    """The first screen, and the whole page with its maps as high as they are on the first screen."""
    folder = os.environ.get("THOCONG_SCREENS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    page.mouse.move(0, 0)
    page.get_by_test_id("stMain").evaluate("e => e.scrollTo(0, 0)")
    page.wait_for_timeout(300)
    page.screenshot(path=Path(folder) / f"{name}.png")
    high = page.get_by_test_id("stMain").evaluate("e => e.scrollHeight")
    if high <= HIGH + 20:
        return
    for frame in page.locator(MAP).all():
        frame.evaluate(
            "e => e.style.setProperty('height', `${e.getBoundingClientRect().height}px`, 'important')"
        )
    page.set_viewport_size({"width": WIDE, "height": min(high + 20, HIGHEST)})
    page.wait_for_timeout(900)
    page.screenshot(path=Path(folder) / f"{name}-whole.png")
    page.set_viewport_size({"width": WIDE, "height": HIGH})


def said(page):
    """What stands on the page and in its maps, without what people and the data are called."""
    texts = [page.locator("body").inner_text()]
    texts += [frame.content_frame.locator("body").inner_text() for frame in page.locator(MAP).all()]
    text = "\n".join(texts)
    for own in OF_PEOPLE:
        text = text.replace(own, "")
    return text


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("state", list(STATES))
def test_a_page_is_whole_in_its_language(visit, state, lang):
    reach, about = STATES[state]
    reach(visit, about)
    keep(visit.page, f"{state}-{lang}")
    text = said(visit.page)
    assert not re.search(r"\b[a-z_]+\.[a-z_]+_[a-z_]+\b", text)  # a key that has no words
    assert re.findall(FOREIGN[lang], text.lower()) == []
    assert re.findall(MARKS[lang], text) == []
    if lang == "en":
        assert re.findall(PLURAL, text) == []
    wide, room = visit.page.get_by_test_id("stMain").evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert wide <= room
