"""The pages of a graded class: what they say, what they must not, and that nothing in them runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from course_utils.grading.command import write_results
from course_utils.grading.marking import Mark, Marked
from course_utils.grading.reports import folder_names, write_reports
from course_utils.grading.reports.feedback import feedback_page
from course_utils.grading.reports.histogram import counts, histogram
from course_utils.grading.reports.summary import hardest, mistakes, summary_page, times_csv
from course_utils.grading.sandbox import Limits
from course_utils.grading.store import Store
from course_utils.grading.submissions import Submission
from course_utils.grading.table import Row
from tests.browser import chromium, listening

EVIL = '</p><script>alert(1)</script><img src=x onerror="alert(2)">"\'`<b>`'
MESSAGE = (
    "✗ mse: not right yet (0 of 2 points). Wrong in all 3 cases.\n"
    "  Hint 1 of 2: is it the `mean`?\n"
    '  More: check("mse", mse, hint=2)'
)


def row(student: str, mse: float, r2: float, mistake: str = "", reason: str = "") -> Row:
    message = MESSAGE if mse < 2 else "✓ mse: all 3 cases right (2 points)."
    marks = (Mark("mse", mse, 2, message, mistake), Mark("r2", r2, 1))
    return Row(student, "01", Marked(marks, reason, 0.25))


def lost(student: str, reason: str) -> Row:
    marks = (Mark("mse", 0, 2, reason), Mark("r2", 0, 1, reason))
    return Row(student, "01", Marked(marks, reason))


CLASS = [
    row("ada", 2, 1),
    row("bob", 0, 1, "sum instead of mean"),
    row("eve", 0, 0.5, "sum instead of mean", "process ended: CPU time limit"),
    row("kim", 1, 0, "halved", "cell 'mse': NameError"),
    lost("max", "missing"),
    lost("zoe", "notebook unreadable: no JSON (Expecting value)"),
]


class Seen(HTMLParser):
    """What a browser makes of a page: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.tags and self.tags[-1][0] != "style":
            self.words.append(data)


# ── what a student reads ─────────────────────────────────────────────────────────────────────


def test_a_student_reads_marks_messages_and_hints():
    seen = Seen(feedback_page(CLASS[1])).text
    assert "Feedback for bob" in seen
    assert "1 of 3 points" in seen
    assert "not right yet, 0 of 2 points" in seen
    assert "right, 1 of 1 point" in seen
    assert "Not right yet (0 of 2 points). Wrong in all 3 cases." in seen
    assert "Hint 1 of 2: is it the mean ?" in seen
    assert "check(" not in seen  # how to ask for a hint in the notebook


def test_a_student_reads_the_reason_once():
    seen = Seen(feedback_page(CLASS[4])).text
    assert "0 of 3 points Nothing was handed in." in seen
    assert "missing" not in seen
    seen = Seen(feedback_page(CLASS[5])).text
    assert seen.count("no JSON") == 1


def test_no_page_holds_the_name_of_a_known_mistake_but_the_summary():
    assert "sum instead of mean" not in feedback_page(CLASS[1])
    assert "sum instead of mean" in summary_page(CLASS, links(CLASS))


# ── what the instructor reads ────────────────────────────────────────────────────────────────


def links(rows: list[Row]) -> dict[tuple[str, str], str]:
    return {(r.student, r.assignment): f"feedback/{r.student}/{r.assignment}.html" for r in rows}


def test_hardness_counts_what_could_be_read():
    first, second = hardest(CLASS)
    assert (first.name, first.mean, first.right, first.of) == ("mse", 0.75, 1, 4)
    assert (second.name, second.mean, second.right, second.of) == ("r2", 0.625, 2, 4)


def test_known_mistakes_are_counted_the_commonest_first():
    assert mistakes(CLASS) == [("mse", "sum instead of mean", 2), ("mse", "halved", 1)]


def test_the_summary_tells_who_is_missing_and_what_broke():
    seen = Seen(summary_page(CLASS, links(CLASS))).text
    assert "4 of 6 submissions could be graded: mean 1.38, median 1 of 3 points; 1 with" in seen
    assert "Missing or unreadable (2) Student Reason max missing zoe notebook unreadable" in seen
    assert "Stopped or crashed (1) Student Reason eve process ended: CPU time limit" in seen
    assert "Cells that raise (1) Student Reason kim cell 'mse': NameError" in seen


def test_who_handed_in_a_damaged_file_reads_what_to_do():
    assert "JSON (Expecting value). The file is damaged" in Seen(feedback_page(CLASS[5])).text
    assert "damaged" not in Seen(feedback_page(CLASS[4])).text


def test_a_class_of_nobody_and_one_where_nothing_could_be_read():
    assert "0 rows" in Seen(summary_page([], {})).text
    seen = summary_page(CLASS[4:], links(CLASS))
    assert "0 of 2 submissions could be graded." in Seen(seen).text
    assert "<svg" not in seen


def test_bins_hold_each_submission_once_and_thirds_where_they_belong():
    points = [i / 3 for i in range(31)]
    found = counts(points, 10)
    assert sum(found) == len(points)
    assert found == [3] * 9 + [4]  # the last step holds its upper end, too
    assert counts([0, 0, 0], 0) == [0] * 9 + [3]


def test_the_figure_says_in_words_what_it_shows():
    words = next(a["aria-label"] for tag, a in Seen(histogram([0, 3, 3], 3)).tags if tag == "svg")
    assert words == ("Number of submissions by points. 0 to 0.3 points: 1; 2.7 to 3 points: 2.")


def test_times_are_beside_the_summary_the_longest_first():
    assert times_csv([CLASS[4], CLASS[0]]).splitlines() == [
        "student,assignment,cpu_seconds", "ada,01,0.250", "max,01,0.000",
    ]  # fmt: skip


# ── strangers' words ─────────────────────────────────────────────────────────────────────────


def evil_rows() -> list[Row]:
    marks = (Mark(EVIL, 1, 2, EVIL, EVIL), Mark("r2", 1, 1, "\x00\x1b[31m\u202eevil\ud800"))
    reasons = ("", EVIL, f"cell {EVIL}", f"process ended: {EVIL}", f"notebook {EVIL}")
    return [
        Row(EVIL + str(i), assignment, Marked(marks, reason))
        for assignment in ("01", EVIL)
        for i, reason in enumerate(reasons)
    ]


HARMLESS = {
    *("html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "bdi"),
    *("div", "section", "span", "code", "table", "thead", "tbody", "tr", "th", "td", "a"),
    *("figure", "figcaption", "svg", "rect", "text", "line", "wbr"),
}


def test_nothing_that_a_student_wrote_becomes_html():
    rows = evil_rows()
    pages = [feedback_page(one) for one in rows] + [summary_page(rows, links(rows))]
    for page in pages:
        seen = Seen(page)
        assert {tag for tag, _ in seen.tags} <= HARMLESS
        assert not [name for _, attrs in seen.tags for name in attrs if name.startswith("on")]
        assert "alert(1)" in seen.text  # there, but as words
        assert not re.search("[\x00-\x08\x1b\u202e\ud800]", page)
        page.encode()  # no half characters


def test_links_lead_to_the_pages_and_nowhere_else(tmp_path):
    rows = [*CLASS, lost("../../etc", "missing"), lost("javascript:alert(1)", "missing")]
    rows.append(lost("Zoë 🦊 100%#?", "missing"))
    write_reports(tmp_path / "out", rows)
    (tmp_path / "out" / "grades.csv").touch()  # the tables are written elsewhere
    page = (tmp_path / "out" / "summary.html").read_text(encoding="utf-8")
    found = [attrs["href"] for tag, attrs in Seen(page).tags if tag == "a"]
    assert len(found) == 2 + 2 + 3 + 2
    for address in found:
        target = tmp_path / "out" / unquote(address)
        assert target.is_file()
        assert target.resolve().is_relative_to((tmp_path / "out").resolve())


NAMES = [
    *("ada", "Ada", "ADA", "Zoë 🦊", "a b", "..", ".", "", "../../x", "a/b", "a\\b", "a\nb", "\0"),
    *("con", "NUL.txt", "a.", "a ", " a", ".hidden", "e\u0301", "\u00e9", "x" * 300, "é" * 200),
    *("\udcff", "a~0123abcd", "a_b", "a:b", '*?<>|"', "..\u2215x"),
]


def test_every_name_gets_a_folder_of_its_own(tmp_path):
    folders = folder_names(NAMES)
    made = set()
    for name, folder in folders.items():
        place = tmp_path / folder
        place.mkdir()  # raises where it is there already
        assert place.resolve().parent == tmp_path.resolve()
        made.add(folder.casefold())
        assert not re.search(r'[\x00-\x1f<>:"/\\|?*]', folder), name
    assert len(made) == len(NAMES)
    assert {folders[name] for name in ("Zoë 🦊", "a b", "a_b")} == {"Zoë 🦊", "a b", "a_b"}


def test_nobody_can_take_the_folder_of_another():
    taken = folder_names(["a/b"])["a/b"]
    both = folder_names(["a/b", taken])
    assert both["a/b"] == taken
    assert both[taken] != taken


def test_half_a_character_in_a_name_stops_nothing(tmp_path):
    one = Submission("\udcff", "01", ()), Marked((Mark("mse", 1, 2, "\ud800"),))
    write_results(tmp_path, [one])
    assert "\\udcff,01,1,2,1," in (tmp_path / "grades.csv").read_text(encoding="utf-8")
    assert len(list((tmp_path / "feedback").rglob("01.html"))) == 1
    store = Store(tmp_path, Limits())
    store.put(*one)
    assert store.get(one[0]) == one[1]


def test_the_same_marks_give_the_same_bytes(tmp_path):
    for out in ("one", "two"):
        write_reports(tmp_path / out, [*CLASS, *evil_rows()])
    one, two = (
        {p.relative_to(tmp_path / out): p.read_bytes() for p in (tmp_path / out).rglob("*.*")}
        for out in ("one", "two")
    )
    assert one == two
    assert len(one) == len(CLASS) + len(evil_rows()) + 2


# ── in a browser ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_nothing_is_loaded_or_run(tmp_path, scheme):
    package = pytest.importorskip("axe_playwright_python")
    axe = (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    write_reports(tmp_path, [*CLASS, *evil_rows()])
    pages = [tmp_path / "summary.html", *sorted((tmp_path / "feedback").rglob("*.html"))[:6]]
    with (
        chromium() as browser,
        listening(browser, color_scheme=scheme, viewport={"width": 390, "height": 800}) as (
            page,
            heard,
        ),
    ):
        for path in pages:
            page.goto(path.as_uri())
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 390, path
            assert heard == []
            page.evaluate(axe)
            found = page.evaluate("axe.run().then((results) => results.violations)")
            serious = [v["id"] for v in found if v["impact"] in ("serious", "critical")]
            assert serious == [], path
