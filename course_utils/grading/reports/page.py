"""The frame around every page: one file, no script, nothing from elsewhere, light and dark."""

from __future__ import annotations

import html
import re

# What may not stand in a page: control characters, halves of characters, and the marks that make
# text run the other way and so show something else than what is there.
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
_CODE = re.compile(r"`([^`]+)`")

STYLE = """
:root {
  color-scheme: light dark;
  --ink: #16191d; --muted: #50565e; --line: #d7dbe0; --ground: #ffffff; --panel: #f6f8fa;
  --accent: #005A8C; --bar: #0072B2; --good: #00684c; --part: #8a5a00; --poor: #a33b00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #eceef1; --muted: #b3bac3; --line: #3a414b; --ground: #14171c; --panel: #1f242c;
    --accent: #7cc4ee; --bar: #56B4E9; --good: #4fd0a8; --part: #E69F00; --poor: #ffb27d;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere;
}
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0; }
h3 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p { margin: .35rem 0; }
code { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; font-size: .92em; }
.lead { color: var(--muted); }
.sum { font-size: 1.35rem; font-weight: 650; margin: 1.25rem 0 .4rem; }
.track { height: .6rem; border-radius: .3rem; background: var(--line); overflow: hidden; }
.track div { height: 100%; background: var(--bar); }
td .track { margin-top: .5rem; }
.note { border-left: .3rem solid var(--poor); background: var(--panel); }
.note { padding: .6rem 1rem; margin: 1.25rem 0; }
.exercise { border: 1px solid var(--line); border-radius: .5rem; }
.exercise { padding: .9rem 1.1rem; margin: 1rem 0; }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .25rem 1rem; }
.points { font-weight: 650; }
.good { color: var(--good); } .part { color: var(--part); } .poor { color: var(--poor); }
.message { white-space: pre-wrap; }
.exercise > :last-child { margin-bottom: 0; }
section.assignment { border-top: 2px solid var(--line); margin-top: 2.5rem; padding-top: 1.5rem; }
figure { margin: 1rem 0; } figcaption { color: var(--muted); }
svg { display: block; width: 100%; max-width: 38rem; height: auto; }
svg text { fill: var(--ink); font: 14px system-ui, sans-serif; }
svg .bar { fill: var(--bar); } svg .axis { stroke: var(--muted); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
table.pairs { table-layout: fixed; } .pairs th:first-child { width: 38%; }
th { overflow-wrap: normal; } .hard td:first-child { overflow-wrap: break-word; }
.hard th:nth-child(2) { width: 40%; }
caption { text-align: left; color: var(--muted); padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; }
th, td { border-bottom: 1px solid var(--line); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
a { color: var(--accent); }
@media (max-width: 34rem) { .hard :is(th, td):nth-child(2) { display: none; } }
@media print { .exercise { break-inside: avoid; } main { padding: 0; } }
"""


def text(words: str) -> str:
    """Make anybody's words harmless: shown as they are, never read as HTML.

    Examples
    --------
    >>> text('<script>"x"</script>')
    '&lt;script&gt;&quot;x&quot;&lt;/script&gt;'
    """
    return html.escape(_UNFIT.sub("\ufffd", words), quote=True)


def name(words: str) -> str:
    """Show a name by itself, so that its direction of writing does not turn its neighbours."""
    return f"<bdi>{text(words)}</bdi>"


def label(words: str) -> str:
    """Show the name of an assignment or exercise, which may go on in a new line after a ``_``.

    Examples
    --------
    >>> label("01_gradient")
    '01_<wbr>gradient'
    """
    return text(words).replace("_", "_<wbr>")


def prose(words: str) -> str:
    """Show a message of the checks: what stands between backticks is code.

    Examples
    --------
    >>> prose("Work on `w`, <b>.")
    'Work on <code>w</code>, &lt;b&gt;.'
    """
    return _CODE.sub(r"<code>\1</code>", text(words))


def page(title: str, body: str) -> str:
    """Put a body, HTML already, into a page of its own.

    Parameters
    ----------
    title
        Plain words.
    body
        What stands in the page's main part.
    """
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
