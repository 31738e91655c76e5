// Small things that the theme leaves to us. No network, no library.
(() => {
  "use strict";

  const SCROLLING =
    "article pre, .table-wrapper, .output.stream, .output.text_plain, mjx-container[display=true]";

  // Whatever scrolls sideways must be reachable with the keyboard.
  function tabStops() {
    for (const box of document.querySelectorAll(SCROLLING)) {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }

  // On disk the search would stumble over every page that it wants to quote: say so instead.
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }

  function searchFromDisk() {
    const results = document.getElementById("search-results");
    if (!results || location.protocol !== "file:") return;
    const note = document.createElement("p");
    note.className = "search-note";
    note.setAttribute("role", "status");
    note.textContent =
      "This page was opened from disk, where a browser lets no page read another: the search finds " +
      "the pages, but cannot show the words around. For those, run python -m http.server in the " +
      "folder of the book, and open http://localhost:8000.";
    results.before(note);
  }

  addEventListener("load", () => {
    tabStops();
    searchFromDisk();
    window.MathJax?.startup?.promise?.then(tabStops);
  });
  addEventListener("resize", tabStops);
})();
