"""How Sphinx is set for the book: extensions, theme, colours, and no network anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...plotting.style import COLORS

HERE = Path(__file__).resolve().parent
TITLE = "Neural networks with PyTorch"

# Formulas are where the builder says so, not wherever a dollar stands in a printed output.
MATHJAX = {"options": {"enableMenu": False, "processHtmlClass": "mathjax_process|math"}}

# The course's blue and orange, made darker or lighter until they are read with ease (WCAG AA:
# 4.5 to 1) on the page's white and on its dark grey.
_LIGHT = {
    "color-brand-primary": "#005A8C",
    "color-brand-content": "#005A8C",
    "color-brand-visited": "#5A3D8A",
    "color-foreground-muted": "#565d68",
    "color-background-secondary": "#f6f8fa",
    "color-code-background": "#f6f8fa",
    "color-predict": "#8A5A00",
    "color-predict-background": "#fff6e0",
    "color-seen": "#00684c",
    "color-seen-background": "#e8f6f1",
}
_DARK = {
    "color-brand-primary": COLORS["sky"],
    "color-brand-content": "#7cc4ee",
    "color-brand-visited": "#c9b0ee",
    "color-foreground-muted": "#a9b1bd",
    "color-background-primary": "#14171c",
    "color-background-secondary": "#1a1e24",
    "color-code-background": "#1f242c",
    "color-predict": COLORS["orange"],
    "color-predict-background": "#2b2413",
    "color-seen": "#4fd0a8",
    "color-seen-background": "#12271f",
}
_FONTS = {
    "font-stack": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif",
    "font-stack--monospace": "ui-monospace, SFMono-Regular, Menlo, Consolas, "
    "'DejaVu Sans Mono', 'Liberation Mono', monospace",
}


def sphinx_settings(*, version: str, repository: str | None) -> dict[str, Any]:
    """Collect the configuration of Sphinx, in place of a ``conf.py``.

    Parameters
    ----------
    version
        Of the package, for the title of the pages.
    repository
        Address of the course's repository for the link in the footer; None leaves it out.
    """
    return {
        "project": TITLE,
        "html_title": TITLE,
        "html_short_title": TITLE,
        "release": version,
        "language": "en",
        "extensions": [
            "myst_nb",
            "sphinx.ext.autodoc",
            "sphinx.ext.autosummary",
            "sphinx.ext.mathjax",
            "sphinx.ext.napoleon",
            "sphinx_copybutton",
        ],
        "root_doc": "index",
        "exclude_patterns": ["notebooks"],
        "smartquotes_action": "D",  # dashes; quotation marks stay as they were typed
        # Notebooks: what is stored is shown, nothing runs.
        "nb_execution_mode": "off",
        "nb_ipywidgets_js": {},
        "nb_merge_streams": True,
        "myst_enable_extensions": [
            "amsmath",
            "attrs_block",
            "colon_fence",
            "deflist",
            "dollarmath",
        ],
        "myst_heading_anchors": 3,
        # Formulas: MathJax beside the pages, with nothing loaded on demand from elsewhere.
        "mathjax_path": "mathjax/tex-chtml.js",
        "mathjax3_config": MATHJAX,
        "myst_update_mathjax": False,  # the line above says it all
        # Reference.
        "autodoc_typehints": "description",
        "autodoc_typehints_description_target": "documented_params",
        "autodoc_member_order": "bysource",
        "autosummary_generate": False,
        "napoleon_google_docstring": False,
        "python_use_unqualified_type_names": True,
        "add_module_names": False,
        "default_role": "py:obj",  # `model` in a docstring: a link where there is something
        "toc_object_entries_show_parents": "hide",
        # Look.
        "html_theme": "furo",
        "html_theme_options": {
            "light_css_variables": _LIGHT | _FONTS,
            "dark_css_variables": _DARK,
            "top_of_page_buttons": [],
            "footer_icons": _footer(repository),
        },
        "pygments_style": "a11y-high-contrast-light",
        "pygments_dark_style": "a11y-high-contrast-dark",
        "templates_path": [str(HERE / "templates")],
        "html_static_path": [str(HERE / "static")],
        "html_css_files": ["book.css"],
        "html_js_files": ["book.js"],
        "html_logo": str(HERE / "static" / "logo.svg"),
        "html_favicon": str(HERE / "static" / "logo.svg"),
        "html_copy_source": False,
        "html_domain_indices": False,
        "html_show_copyright": False,
        "html_last_updated_fmt": None,
        # Copy buttons: on code, not on what it printed; without the prompts of an example.
        "copybutton_selector": ".cell_input pre, .highlight-default pre, .highlight-python pre, "
        ".highlight-bash pre, .doctest pre",
        "copybutton_prompt_text": r">>> |\.\.\. ",
        "copybutton_prompt_is_regexp": True,
    }


def _footer(repository: str | None) -> list[dict[str, str]]:
    if repository is None:
        return []
    return [{"name": "Source", "url": repository, "html": "Source of the course", "class": ""}]
