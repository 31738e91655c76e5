"""Self-test questions: every option answers, nothing gives the answer away."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from course_utils import quiz

RIGHT = {"0.25": "σ′(z) = σ(z)(1 − σ(z)) is largest at z = 0: ½ · ½."}
WRONG = {"1": "That is tanh.", "0.5": "That is the `value` at 0, not the slope."}
ASK = quiz("How steep is σ at most, if z < 1?", right=RIGHT, wrong=WRONG)


class Outline(HTMLParser):
    """Collects what stands in each option and checks that tags close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.options: list[dict[str, str]] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag == "details":
            assert ("open", None) not in attrs, "an option starts closed"
            self.options.append({"summary": "", "p": ""})

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for tag in ("summary", "p"):
            if tag in self.open and "details" in self.open:
                self.options[-1][tag] += data


def test_every_option_opens_to_its_own_explanation_and_one_is_right():
    options = Outline(ASK._repr_html_()).options
    told = {each["summary"].partition(" · ")[2]: each["p"] for each in options}
    assert told["0.25"] == f"✓ Right. {RIGHT['0.25']}"
    assert told["1"] == "✗ No. That is tanh."
    assert told["0.5"] == "✗ No. That is the value at 0, not the slope."
    assert [each["summary"][0] for each in options] == ["A", "B", "C"]


def test_text_cannot_break_the_page():
    assert "z &lt; 1" in ASK._repr_html_()
    assert "<script>" not in quiz("<script>?", right={"a": "b"}, wrong={"c": "d"})._repr_html_()


def test_plain_text_asks_and_does_not_tell():
    lines = repr(ASK).splitlines()
    assert lines[0] == "How steep is σ at most, if z < 1?"
    assert sorted(line[3:] for line in lines[1:]) == ["0.25", "0.5", "1"]


def test_the_order_depends_on_the_words_alone():
    turned = quiz(ASK.question, right=RIGHT, wrong=dict(reversed(WRONG.items())))
    assert turned._repr_html_() == ASK._repr_html_()


def test_the_right_option_stands_anywhere():
    places = {
        [verdict for _, _, verdict in quiz(f"{i}?", right=RIGHT, wrong=WRONG).options].index(True)
        for i in range(30)
    }
    assert places == {0, 1, 2}


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ({}, WRONG, "one right option"),
        ({**RIGHT, "2": "two"}, WRONG, "one right option"),
        (RIGHT, {}, "one to six"),
        (RIGHT, {f"w{i}": "no" for i in range(7)}, "one to six"),
        (RIGHT, {"0.25": "twice"}, "other ones"),
        (RIGHT, {"1": " "}, r"explanation for every option; missing: \['1'\]"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(right, wrong, message):
    with pytest.raises(ValueError, match=message):
        quiz("How steep?", right=right, wrong=wrong)
