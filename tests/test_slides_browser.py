"""Every slide of every lecture, measured in headless Chromium: nothing cut off, nothing missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from course_utils.publishing.assets import find_browser
from course_utils.publishing.book.pdf import page_count
from course_utils.publishing.slides import find_lectures, write_slides
from tests.browser import chromium, listening

ROOT = Path(__file__).resolve().parents[1]
LECTURES = find_lectures([], ROOT / "lectures")
STAGE = {"width": 1280, "height": 720}
SMALLEST_LETTERS = 17  # px on this stage; 25 px on a projector of 1920 x 1080
SMALLEST_FIGURE = 0.6  # of the size at which it was drawn

# All slides at once lie where the stage is, so that the page is laid out only once; every step is
# shown and every answer unfolded.
LAY_OPEN = """
  .reveal .slides section, .reveal .slides section > section {
    display: block !important; position: absolute !important; top: 0 !important;
    left: 0 !important; transform: none !important; visibility: visible !important;
  }
"""
MEASURE = """() => Reveal.getSlides().map((slide, number) => {
  const ignored = "aside.notes, mjx-assistive-mml, details.drawing > div";
  const boxes = [...slide.querySelectorAll("*")].filter((box) => !box.closest(ignored));
  const rects = boxes.map((box) => box.getBoundingClientRect());
  const lines = boxes.filter((box) => box.matches("pre")).map((pre) => {
    const text = document.createRange();
    text.selectNodeContents(pre);
    return text.getBoundingClientRect().right;
  });
  const texts = boxes.filter((box) => box.matches("p, li, pre, td, th") && box.textContent.trim());
  const images = boxes.filter((box) => box.matches("img"));
  return {
    name: `${number + 1} ${slide.textContent.trim().slice(0, 40)}`,
    bottom: Math.max(...rects.map((rect) => rect.bottom)),
    right: Math.max(...rects.map((rect) => rect.right), ...lines),
    letters: Math.min(99, ...texts.map((box) => parseFloat(getComputedStyle(box).fontSize))),
    figures: Math.min(9, ...images.map((image) => image.width / image.naturalWidth)),
    broken: images.filter((image) => !image.naturalWidth || image.alt.length < 20).length,
    formulas: slide.querySelectorAll("svg [data-mjx-error]").length,
    dollars: texts.filter((box) => box.matches("p:not(.widget), li"))
      .filter((box) => /[$]/.test(box.innerText)).length,
    notes: slide.querySelector("aside.notes") !== null,
  };
})"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("slides")


def ready(page, file, query=""):
    page.goto(file.as_uri() + query)
    page.wait_for_function("window.slidesReady", timeout=60_000)


def measured(page):
    page.add_style_tag(content=LAY_OPEN)
    page.evaluate("document.querySelectorAll('details:not(.drawing)').forEach(f => f.open = true)")
    return page.evaluate(MEASURE)


def complaints(slide):
    """What is wrong with a slide, in words that say what to do."""
    if slide["bottom"] > STAGE["height"] - 20:
        yield f"too tall, to {slide['bottom']:.0f} of {STAGE['height']} px: break it (subslide)"
    if slide["right"] > STAGE["width"] - 30:
        yield f"too broad, to {slide['right']:.0f} of {STAGE['width']} px: shorten lines"
    if slide["letters"] < SMALLEST_LETTERS:
        yield f"letters of {slide['letters']:.1f} px, {SMALLEST_LETTERS} at least: break the slide"
    if slide["figures"] < SMALLEST_FIGURE - 0.01:
        yield f"a figure at {slide['figures']:.0%} of its size: break the slide"
    for count, what in (("broken", "pictures missing or mute"), ("formulas", "formulas refused")):
        if slide[count]:
            yield f"{slide[count]} {what}"
    if slide["dollars"]:
        yield f"{slide['dollars']} paragraphs with a '$': a formula that was not set"


@pytest.mark.parametrize("lecture", LECTURES, ids=lambda path: path.stem)
def test_no_slide_overflows_and_nothing_is_missing(lecture, browser, folder):
    file = write_slides(lecture, folder)
    with listening(browser, viewport=STAGE) as (page, heard):
        ready(page, file)
        slides = measured(page)
        assert [f"{slide['name']!r}: {c}" for slide in slides for c in complaints(slide)] == []
        assert heard == []
    assert len(slides) > 30
    teaching = slides[1 : len(slides) * 2 // 3]
    assert all(slide["notes"] for slide in teaching)


@pytest.fixture(scope="module")
def crowded(folder):
    """Slides with each fault once: the measuring test has to see them."""
    from nbformat import v4, write

    def cell(text):
        return v4.new_markdown_cell(text, metadata={"slideshow": {"slide_type": "slide"}})

    cells = [cell("# 09 Title"), cell("One line.\n\n" * 30), cell("Fine."), cell("$\\frac{1}$")]
    cells += [cell("```\n" + "x" * 160 + "\n```"), cell('<img src="gone.png">'), cell("Costs 2 $.")]
    write(v4.new_notebook(cells=cells), folder / "09_crowded.ipynb")
    return write_slides(folder / "09_crowded.ipynb", folder)


def test_each_fault_is_seen(browser, crowded):
    with listening(browser, viewport=STAGE) as (page, heard):
        ready(page, crowded)
        found = [" ".join(complaints(slide)) for slide in measured(page)]
    assert "failed: " in " ".join(heard)
    expected = ["", "too tall", "", "1 formulas refused", "too broad", "1 pictures missing", "'$'"]
    assert len(found) == len(expected)
    for message, part in zip(found, expected, strict=True):
        assert part in message
        assert bool(message) is bool(part)


def test_a_presenter_meets_every_slide_and_every_answer_after_its_question(browser, folder):
    file = write_slides(LECTURES[-1], folder)
    with listening(browser, viewport=STAGE) as (page, heard):
        ready(page, file)
        met, waiting = [], 0
        for _ in range(500):
            here = page.evaluate(HERE)
            met += [here["slide"]] if here["slide"] not in met else []
            waiting += here["hidden"] > 0
            if here["last"]:
                break
            page.keyboard.press("Space")
        assert met == list(range(page.evaluate("Reveal.getTotalSlides()")))
        assert waiting > 10
        page.keyboard.press("d")
        assert page.evaluate("document.documentElement.classList.contains('dark')")
        assert heard == []


HERE = """() => {
  const slide = Reveal.getCurrentSlide();
  const hidden = slide.querySelectorAll(".fragment:not(.visible)").length;
  const closed = slide.querySelectorAll("details.fragment:not([open])").length;
  return {slide: Reveal.getSlides().indexOf(slide), hidden: hidden,
    last: Reveal.isLastSlide() && hidden === 0 && closed === 0};
}"""


def test_an_answer_is_unseen_until_its_step(browser, folder):
    file = write_slides(LECTURES[0], folder)
    with listening(browser, viewport=STAGE) as (page, _):
        ready(page, file)
        for answer in (".outputs.fragment", "details.fragment"):
            page.evaluate(
                """(answer) => {
                  const slide = document.querySelector(".slides " + answer).closest("section");
                  const place = Reveal.getIndices(slide);
                  Reveal.slide(place.h, place.v, -1);
                }""",
                answer,
            )
            box = page.locator(f"section.present:not(.stack) {answer}").first
            inside = box.locator("pre, img, p").first
            assert not inside.is_visible()
            for _ in range(page.locator("section.present:not(.stack) .fragment").count()):
                page.keyboard.press("Space")
            inside.wait_for(state="visible", timeout=5_000)


def test_the_speaker_sees_notes_and_time(browser, folder):
    file = write_slides(LECTURES[0], folder)
    with listening(browser, viewport=STAGE) as (page, heard):
        ready(page, file)
        page.evaluate("Reveal.slide(3, 0)")
        with page.expect_popup() as opened:
            page.keyboard.press("s")
        speaker = opened.value
        notes = speaker.locator(".speaker-controls-notes .value", has_text="minutes)")
        notes.wait_for(state="visible", timeout=30_000)
        assert "Ask" in notes.inner_text()
        speaker.locator(".pacing").wait_for(state="visible", timeout=30_000)
        speaker.close()
        assert heard == []


def test_a_lecture_is_printed_one_page_each(tmp_path):
    """In a process of its own, as playwright allows only one of its kind in each."""
    if find_browser() is None:
        pytest.skip("no Chromium here: printing is not tested (COURSE_BROWSER)")
    name = LECTURES[0].name[:2]
    command = [
        sys.executable,
        "-m",
        "course_utils",
        "slides",
        name,
        "--pdf",
        "--out",
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    slides, pdf = map(Path, done.stdout.split())
    leaves = BeautifulSoup(slides.read_text(encoding="utf-8"), "html.parser")("section")
    count = sum(not section.find("section") for section in leaves)
    assert page_count(pdf.read_bytes()) == count > 30
