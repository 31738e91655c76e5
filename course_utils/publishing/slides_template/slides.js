/* Fits every slide to the stage, then starts reveal.js.

   A slide that is too full is helped in small steps, the cheapest first: a smaller figure, words
   beside it, its code folded away (a click opens it), smaller letters. LIMITS says how far; what
   is still too large then is left, and the project's test reports it. */
"use strict";
const STAGE = {width: 1280, height: 720};
const LIMITS = {code: 17, figure: 0.6, grown: 1.25};
// size of letters, least size of figures, layout; "folded": without the code that draws
const TRIES = [
  [1, 0.9, "stack"], [1, 0.8, "stack"], [0.94, 0.8, "stack"],
  [1, 0.7, "beside"], [0.94, 0.7, "beside"],
  [1, 0.9, "folded"], [0.94, 0.8, "folded"], [0.88, 0.72, "folded"],
  [0.82, LIMITS.figure, "folded"], [0.88, 0.66, "stack"], [0.82, LIMITS.figure, "stack"],
];

const leaves = () => [...document.querySelectorAll(".slides section")]
  .filter((section) => !section.querySelector("section"));

/* Space below the content; negative: so much is cut off. */
function room(slide) {
  const style = getComputedStyle(slide);
  const floor = slide.getBoundingClientRect().top + STAGE.height - parseFloat(style.paddingBottom);
  let bottom = 0;
  for (const child of slide.children) {
    if (!child.matches("aside.notes")) {
      const below = parseFloat(getComputedStyle(child).marginBottom) || 0;
      bottom = Math.max(bottom, child.getBoundingClientRect().bottom - below);
    }
  }
  return floor - bottom;
}

/* Lines of code are never broken: the letters shrink, to LIMITS.code at the least. Longer lines
   that were printed are wrapped. */
function narrow(slide) {
  for (const pre of slide.querySelectorAll("pre")) {
    pre.style.removeProperty("--code");
    pre.classList.remove("wrapped");
    const [needs, has] = breadths(pre);
    if (needs > has) {
      const now = parseFloat(getComputedStyle(pre).fontSize);
      const fits = Math.floor(now * (has / needs) * 10) / 10;
      const printed = pre.closest(".jp-RenderedText") !== null;
      if (fits < LIMITS.code && printed) pre.classList.add("wrapped");
      else pre.style.setProperty("--code", Math.max(fits, Math.min(now, LIMITS.code)) / now);
    }
  }
}

function breadths(pre) {
  const text = document.createRange();
  text.selectNodeContents(pre);
  const style = getComputedStyle(pre);
  const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
  return [text.getBoundingClientRect().width, pre.clientWidth - padding];
}

/* Whether something sticks out to the right. */
function wide(slide) {
  const edge = slide.getBoundingClientRect().left + STAGE.width - 47;
  const boxes = [...slide.querySelectorAll("mjx-container > svg, table, img, .words *")];
  return boxes.some((box) => !box.closest("mjx-assistive-mml, .notes")
      && box.getBoundingClientRect().right > edge)
    || [...slide.querySelectorAll("pre")].some((pre) => {
      const [needs, has] = breadths(pre);
      return has > 0 && needs > has + 1;
    });
}

function setFigures(figures, factor) {
  for (const image of figures) {
    const broad = image.parentElement.clientWidth;
    const full = Math.min(factor * image.naturalWidth, broad);
    image.style.width = `${full}px`;
  }
}
const shown = (image) => image.getBoundingClientRect().width / image.naturalWidth;

/* Figures take what is left of the height: the largest factor that fits, by halving. */
function fitFigures(slide, least) {
  const figures = [...slide.querySelectorAll("img.figure")];
  if (!figures.length) return room(slide) >= 0;
  setFigures(figures, least);
  if (room(slide) < 0 || figures.some((image) => shown(image) < least - 0.005)) return false;
  let [low, high] = [least, LIMITS.grown];
  for (let step = 0; step < 7; step += 1) {
    const middle = (low + high) / 2;
    setFigures(figures, middle);
    if (room(slide) >= 0) low = middle; else high = middle;
  }
  setFigures(figures, low);
  return true;
}

/* Puts the words after the slide's only figure beside it. Returns how to undo it, or null where
   there are no such words, or the figure is too broad. */
function arrange(slide, layout) {
  if (layout !== "beside") return () => {};
  const figures = [...slide.querySelectorAll("img.figure")];
  const share = figures.length === 1 ? Math.round(figures[0].naturalWidth * 0.075 / 1.184) : 100;
  const children = [...slide.children].filter((child) => !child.matches("aside.notes"));
  const moved = children.slice(children.findIndex((child) => child.contains(figures[0])) + 1);
  if (share > 64 || !moved.length) return null;
  const figure = figures[0].closest(".outputs");
  const [home, grid, words] = ["template", "div", "div"].map((tag) => document.createElement(tag));
  grid.className = "columns";
  grid.style.gridTemplateColumns = `minmax(0, ${share}fr) minmax(0, ${100 - share}fr)`;
  figure.replaceWith(home, grid);
  words.append(...moved);
  grid.append(figure, words);
  return () => {
    home.replaceWith(figure);
    grid.remove();
    slide.append(...moved);
  };
}

/* Folds the code that draws a figure, or unfolds it. */
function fold(slide, wanted) {
  for (const box of slide.querySelectorAll("details.drawing")) {
    box.replaceWith(...box.children[1].children);
  }
  if (!wanted) return;
  const cells = [...slide.querySelectorAll(".jp-CodeCell")].filter((c) => c.querySelector("img"));
  for (const cell of cells) {
    const code = cell.querySelector(".jp-Cell-inputWrapper");
    const box = document.createElement("details");
    box.className = "drawing";
    box.innerHTML = "<summary>Code of the figure</summary><div></div>";
    code.replaceWith(box);
    box.children[1].append(code);
    box.addEventListener("toggle", () => narrow(box));
  }
}

function fit(slide) {
  const pictures = slide.querySelector("img.figure") !== null;
  for (const [size, least, layout] of TRIES) {
    if (!pictures && layout !== "stack") continue;
    slide.style.setProperty("--size", size);
    fold(slide, layout === "folded");
    const undo = arrange(slide, layout);
    if (undo === null) continue;
    narrow(slide);
    if (fitFigures(slide, least) && !wide(slide)) {
      slide.dataset.layout = layout;
      return;
    }
    undo();
  }
  fold(slide, false);
  narrow(slide);
  setFigures(slide.querySelectorAll("img.figure"), LIMITS.figure);
  slide.dataset.layout = "too full";
}

/* Below each slide: which lecture this is, and which part of it. */
function nameThePart({currentSlide}) {
  const box = document.querySelector(".lecture-title");
  const part = currentSlide.parentElement.querySelector("h2");
  box.dataset.title ??= box.textContent;
  box.textContent = part ? `${box.dataset.title} · ${part.textContent}` : box.dataset.title;
}

/* What the test reads: one row for each slide. */
function measure() {
  return leaves().map((slide, number) => {
    const sizes = [...slide.querySelectorAll("p, li, pre, td, th, summary")]
      .filter((box) => !box.closest("aside.notes, .drawing") && box.textContent.trim())
      .map((box) => parseFloat(getComputedStyle(box).fontSize));
    const images = [...slide.querySelectorAll("img")];
    return {
      number: number + 1,
      heading: (slide.querySelector("h1, h2, h3, p, pre") || slide).textContent.slice(0, 60),
      room: room(slide), wide: wide(slide), layout: slide.dataset.layout,
      letters: Math.min(...sizes), figure: Math.min(...images.map(shown)),
      missing: images.filter((image) => !image.naturalWidth || !image.alt).length,
      formulas: slide.querySelectorAll("svg [data-mjx-error]").length,
      notes: Boolean(slide.querySelector("aside.notes")),
    };
  });
}

async function present() {
  const folds = document.querySelectorAll(".slides details");
  leaves().forEach((slide) => slide.classList.add("leaf"));
  leaves()[0].classList.add("first");
  for (const words of document.querySelectorAll(".words > p")) {
    if (words.firstChild.nodeName === "STRONG") words.firstChild.classList.add("lead");
  }
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  folds.forEach((fold) => { fold.open = true; });  // an answer has to fit as well
  leaves().forEach(fit);
  window.slideReport = measure();
  const printing = /print-pdf/.test(location.search);
  folds.forEach((fold) => { fold.open = printing; fold.classList.add("fragment"); });
  document.body.classList.remove("measuring");
  const setFolds = (open) => (event) => event.fragments.forEach((fragment) => {
    if (fragment.matches("details")) fragment.open = open;
  });
  Reveal.on("ready", nameThePart);
  Reveal.on("slidechanged", nameThePart);
  Reveal.on("fragmentshown", setFolds(true));
  Reveal.on("fragmenthidden", setFolds(false));
  await Reveal.initialize({
    ...STAGE, margin: 0, center: false, hash: true, slideNumber: "c/t", transition: "none",
    controlsTutorial: false, pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1,
    defaultTiming: 0, plugins: [RevealNotes],  // each slide says its own in data-timing
  });
  Reveal.addKeyBinding({keyCode: 68, key: "D", description: "Dark or light"},
    () => document.documentElement.classList.toggle("dark"));
  window.slidesReady = true;
}

if (/[?&]dark\b/.test(location.search)) document.documentElement.classList.add("dark");
window.MathJax = {
  tex: {inlineMath: [["$", "$"], ["\\(", "\\)"]], processEscapes: true},
  options: {enableMenu: false},
  svg: {scale: 0.94},
  startup: {ready: () => {
    MathJax.startup.defaultReady();
    MathJax.startup.promise.then(present);
  }},
};
