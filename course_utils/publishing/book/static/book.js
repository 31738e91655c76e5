// Small things that the theme leaves to us. No network, no library.
(() => {
  "use strict";

  // Whatever scrolls sideways must be reachable with the keyboard.
  function tabStops() {
    for (const box of document.querySelectorAll("article pre, .table-wrapper, .output.stream")) {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }

  // A browser lets no page read its neighbours on disk: say so where the search would stay empty.
  function searchFromDisk() {
    const results = document.getElementById("search-results");
    if (!results || location.protocol !== "file:") return;
    const note = document.createElement("p");
    note.className = "search-note";
    note.setAttribute("role", "status");
    note.textContent =
      "The search needs a server, and this page was opened from disk. In the folder of the book, " +
      "run python -m http.server, and open http://localhost:8000. Titles are found here as well.";
    results.before(note);
  }

  addEventListener("DOMContentLoaded", () => {
    tabStops();
    searchFromDisk();
  });
  addEventListener("resize", tabStops);
})();
