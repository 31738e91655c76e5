// The page of the playground: controls, one canvas for the network, one for the surface, two charts.
// It holds no state but what the kernel sent last, and computes nothing but colours and places.

const MINUS = "−";

// ── small helpers ──────────────────────────────────────────────────────────────────────────────

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function format(x) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : `${MINUS}∞`;
  const size = Math.abs(x);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5) ? x.toExponential(1) : x.toPrecision(3);
  return text.replaceAll("-", MINUS);
}

const thousands = (n) => n.toLocaleString("en").replaceAll(",", " ");
const percent = (x) => `${(100 * x).toFixed(1)} %`;

// A buffer of a message as an array of numbers; the bytes may start anywhere, so they are copied.
function numbers(view, Kind) {
  const bytes = new Uint8Array(view.buffer ?? view, view.byteOffset ?? 0, view.byteLength);
  return new Kind(bytes.slice().buffer);
}

function parseColor(text) {
  const hex = text.trim().slice(1);
  return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

const mix = (a, b, t) => a.map((x, i) => Math.round(x + (b[i] - x) * t));

// A canvas as large as its place on the screen, in device pixels; drawing is in CSS pixels.
function fitted(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

// ── the palette: from the style sheet, so that light and dark are decided in one place ──────────

class Palette {
  constructor(root) {
    const style = getComputedStyle(root);
    const read = (name) => style.getPropertyValue(`--cu-${name}`).trim();
    this.ink = read("ink");
    this.muted = read("muted");
    this.line = read("line");
    this.panel = read("panel");
    this.focus = read("focus");
    this.classes = [0, 1, 2].map((k) => read(`class-${k}`));
    this.negative = read("class-0");
    this.positive = read("class-1");
    this.train = read("train");
    this.val = read("val");
    const neutral = parseColor(read("neutral"));
    const classes = this.classes.map(parseColor);
    this.diverging = this.table((t) =>
      mix(neutral, t < 0.5 ? classes[0] : classes[1], Math.abs(2 * t - 1)));
    this.chance = this.table((t) =>
      mix(neutral, t < 0.5 ? classes[0] : classes[1], 0.6 * Math.abs(2 * t - 1)));
    this.shades = classes.map((color) =>
      this.table((t) => mix(neutral, color, 0.05 + 0.55 * Math.max(0, t - 1 / 3) * 1.5)));
  }

  table(color) {
    const entries = new Uint32Array(256);
    for (let i = 0; i < 256; i++) {
      const [r, g, b] = color(i === 128 ? 0.5 : i / 255);
      entries[i] = (255 << 24) | (b << 16) | (g << 8) | r;
    }
    return entries;
  }
}

// Bytes as a small picture on a canvas of its own, to be drawn larger elsewhere.
class Picture {
  constructor(side, count = 1) {
    this.canvas = make("canvas", { width: side, height: side * count });
    this.side = side;
    this.context = this.canvas.getContext("2d");
    this.image = this.context.createImageData(side, Math.max(1, side * count));
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  fill(bytes, table) {
    for (let i = 0; i < bytes.length; i++) this.pixels[i] = table[bytes[i]];
    this.context.putImageData(this.image, 0, 0);
    return this;
  }

  fillClasses(bytes, shades) {
    const n = this.side * this.side;
    for (let i = 0; i < n; i++) {
      let best = 0;
      for (let k = 1; k < shades.length; k++) if (bytes[k * n + i] > bytes[best * n + i]) best = k;
      this.pixels[i] = shades[best][bytes[best * n + i]];
    }
    this.context.putImageData(this.image, 0, 0);
    return this;
  }

  draw(context, index, x, y, size) {
    context.drawImage(this.canvas, 0, index * this.side, this.side, this.side, x, y, size, size);
  }
}

// ── charts ─────────────────────────────────────────────────────────────────────────────────────

function niceStep(range, ticks) {
  const rough = range / ticks;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((m) => m * power >= rough * 0.999);
}

function drawCurves(canvas, palette, rows) {
  const { context, width, height } = fitted(canvas);
  const [left, right, top, bottom] = [44, width - 10, 8, height - 24];
  let highest = 0;
  for (const row of rows) {
    for (const value of [row[0], row[1]]) {
      if (Number.isFinite(value)) highest = Math.max(highest, value);
    }
  }
  highest = highest || 1;
  const last = Math.max(10, rows.length);
  const px = (epoch) => left + ((epoch - 1) / Math.max(1, last - 1)) * (right - left);
  const py = (loss) => bottom - (Math.min(loss, highest * 1.05) / (highest * 1.05)) * (bottom - top);
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = palette.muted;
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.textAlign = "right";
  context.textBaseline = "middle";
  const step = niceStep(highest, 4);
  for (let value = 0; value <= highest * 1.05; value += step) {
    context.beginPath();
    context.moveTo(left, py(value));
    context.lineTo(right, py(value));
    context.stroke();
    const text = value >= 1e4 ? value.toExponential(0).replace("+", "") : +value.toPrecision(3);
    context.fillText(text, left - 6, py(value));
  }
  context.textBaseline = "alphabetic";
  context.textAlign = "center";
  const xStep = Math.max(1, niceStep(last, 4));
  for (let epoch = xStep; epoch <= last; epoch += xStep) {
    context.fillText(thousands(epoch), Math.min(px(epoch), right - 8), height - 8);
  }
  context.textAlign = "left";
  context.fillText("epoch", left, height - 8);
  const stride = Math.max(1, Math.floor(rows.length / (2 * (right - left))));
  [[0, palette.train, []], [1, palette.val, [6, 4]]].forEach(([column, color, dash]) => {
    context.strokeStyle = color;
    context.lineWidth = 2;
    context.setLineDash(dash);
    context.beginPath();
    for (let i = 0; i < rows.length; i += stride) {
      context.lineTo(px(i + 1), py(rows[i][column]));
    }
    if (rows.length === 1) context.lineTo(px(1) + 3, py(rows[0][column]));
    context.stroke();
    context.setLineDash([]);
  });
}

const [SMALLEST, LARGEST] = [-6, 2]; // powers of ten on the axis of gradients

function drawGradients(canvas, palette, norms, names) {
  const { context, width, height } = fitted(canvas);
  const [left, right, top, bottom] = [58, width - 62, 4, height - 24];
  const px = (power) => left + ((power - SMALLEST) / (LARGEST - SMALLEST)) * (right - left);
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "center";
  for (let power = SMALLEST; power <= LARGEST; power += 2) {
    context.strokeStyle = palette.line;
    context.beginPath();
    context.moveTo(px(power), top);
    context.lineTo(px(power), bottom);
    context.stroke();
    context.fillStyle = palette.muted;
    context.fillText(power === 0 ? "1" : `10${superscript(power)}`, px(power), height - 8);
  }
  const row = (bottom - top) / names.length;
  context.textBaseline = "middle";
  names.forEach((name, i) => {
    const middle = top + (i + 0.5) * row;
    const thick = Math.min(16, row * 0.62);
    context.fillStyle = palette.ink;
    context.textAlign = "right";
    context.fillText(name, left - 6, middle);
    const power = Math.min(LARGEST, Math.max(SMALLEST, Math.log10(norms[i] || 1e-12)));
    context.fillStyle = palette.train;
    context.fillRect(left, middle - thick / 2, Math.max(1, px(power) - left), thick);
    context.fillStyle = palette.ink;
    context.textAlign = "left";
    context.fillText(norms[i] ? format(norms[i]) : "0", right + 6, middle);
  });
  context.textBaseline = "alphabetic";
}

const superscript = (n) =>
  [...String(n)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[+c] ?? "⁻").join("");

// ── the network diagram ────────────────────────────────────────────────────────────────────────

class Diagram {
  constructor(app) {
    this.app = app;
    this.canvas = make("canvas", { class: "cu-fill", "aria-hidden": "true" });
    this.units = make("div", { class: "cu-units", role: "group",
      "aria-label": "Units of the network; arrow keys move between them" });
    this.tip = make("div", { class: "cu-tip", "aria-hidden": "true", hidden: true });
    this.readout = make("p", { class: "cu-readout" });
    this.node = make("div", { class: "cu-diagram" }, this.canvas, this.units, this.tip);
    this.node.addEventListener("pointermove", (event) => this.point(event));
    this.node.addEventListener("pointerleave", () => this.leave());
    this.units.addEventListener("keydown", (event) => this.move(event));
    this.selected = null; // {column, row}: the unit under the pointer or with the focus
    this.edge = null;
  }

  // The columns of the diagram: inputs (all that can be chosen), hidden layers, outputs.
  build() {
    const { settings, offers, state } = this.app;
    const features = Object.keys(offers.features);
    this.columns = [features.length, ...settings.hidden, state.classes.length === 2 ? 1 : 3];
    this.active = features.map((name) => settings.features.includes(name));
    const focused = this.units.contains(document.activeElement) ? this.place(document.activeElement) : null;
    this.buttons = this.columns.map((count, column) =>
      Array.from({ length: count }, (_, row) => this.button(column, row)));
    this.units.replaceChildren(...this.buttons.flat());
    this.selected = this.edge = this.weights = null; // until the next frame brings them
    this.layout();
    if (focused) this.focus(focused.column, focused.row);
    else this.buttons[0][0].tabIndex = 0;
  }

  button(column, row) {
    const { settings, offers } = this.app;
    const name = Object.keys(offers.features)[row];
    const input = column === 0;
    const node = make("button", {
      type: "button", tabindex: -1, "data-column": column, "data-row": row,
      class: input ? "cu-unit cu-input" : "cu-unit",
      "aria-pressed": input ? String(this.active[row]) : null,
      "aria-label": input ? `input ${offers.features[name]}` : this.name(column, row),
    });
    if (input) {
      node.append(make("span", { "aria-hidden": "true" }, offers.features[name]));
      node.addEventListener("click", () => {
        const wanted = Object.keys(offers.features).filter((other) =>
          other === name ? !settings.features.includes(name) : settings.features.includes(other));
        this.app.set({ features: wanted }, "features");
      });
    }
    node.addEventListener("focus", () => this.select({ column, row }));
    node.addEventListener("blur", () => this.select(null));
    node.addEventListener("pointerenter", () => this.select({ column, row }));
    node.addEventListener("pointerleave", () => this.select(null));
    return node;
  }

  name(column, row) {
    if (column === 0) return this.app.offers.features[Object.keys(this.app.offers.features)[row]];
    if (column === this.columns.length - 1) {
      return this.columns[column] === 1 ? "the output" : `output ${this.app.state.classes[row]}`;
    }
    return `unit ${row + 1} of layer ${column}`;
  }

  title({ column, row }) {
    const name = this.name(column, row);
    return column === 0 ? `Input ${name}` : name[0].toUpperCase() + name.slice(1);
  }

  layout() {
    const { clientWidth: width, clientHeight: height } = this.node;
    if (!width || !this.columns) return;
    const most = Math.max(...this.columns);
    const narrow = width < 480;
    const label = narrow ? 0 : 58;
    const span = (width - label) / this.columns.length;
    this.size = Math.max(14, Math.min(40, (height - 8) / most - 6, span * 0.62));
    this.places = this.columns.map((count, column) => {
      const x = label + (column + 0.5) * span - this.size / 2;
      const step = Math.min((height - 4) / most, (height - 4) / count);
      const start = height / 2 - (step * count) / 2 + (step - this.size) / 2;
      return Array.from({ length: count }, (_, row) => ({ x, y: start + row * step }));
    });
    this.buttons.forEach((buttons, column) => buttons.forEach((button, row) => {
      const { x, y } = this.places[column][row];
      const extra = column === 0 ? Math.min(label, x) : 0;
      Object.assign(button.style, {
        left: `${x - extra}px`, top: `${y}px`, width: `${this.size + extra}px`,
        height: `${this.size}px`, paddingRight: column === 0 ? `${this.size + 4}px` : "",
      });
    }));
    this.app.layers.style.paddingLeft = `${label}px`;
  }

  // Where the weight from (column, from) to (column + 1, to) lies among all weights.
  readWeights(flat) {
    this.weights = [];
    this.biases = [];
    let at = 0;
    const widths = [this.active.filter(Boolean).length, ...this.columns.slice(1)];
    for (let layer = 0; layer + 1 < widths.length; layer++) {
      const [n, m] = [widths[layer], widths[layer + 1]];
      this.weights.push(flat.subarray(at, at + n * m));
      this.biases.push(flat.subarray(at + n * m, at + n * m + m));
      at += n * m + m;
    }
    this.rows = this.columns.map((count, column) => {
      const all = Array.from({ length: count }, (_, row) => row);
      return column === 0 ? all.filter((row) => this.active[row]) : all;
    });
  }

  weight(column, from, to) {
    const rows = this.rows[column];
    const index = rows.indexOf(from);
    return index < 0 ? NaN : this.weights[column][to * rows.length + index];
  }

  draw() {
    const { context } = fitted(this.canvas);
    const { palette, pictures } = this.app;
    if (!this.places || !this.weights) return;
    for (let column = 0; column + 1 < this.columns.length; column++) this.drawEdges(context, column);
    const size = this.size;
    const hidden = pictures.units;
    let unit = 0;
    this.columns.forEach((count, column) => {
      const last = column === this.columns.length - 1;
      for (let row = 0; row < count; row++) {
        const { x, y } = this.places[column][row];
        const off = column === 0 && !this.active[row];
        context.fillStyle = palette.panel;
        context.fillRect(x, y, size, size);
        context.globalAlpha = off ? 0.35 : 1;
        if (column === 0) pictures.inputs.draw(context, row, x, y, size);
        else if (!last) hidden.draw(context, unit++, x, y, size);
        else pictures.outputs.draw(context, row, x, y, size);
        const chosen = this.selected?.column === column && this.selected.row === row;
        context.strokeStyle = chosen ? palette.focus : off ? palette.line : palette.muted;
        context.lineWidth = chosen ? 3 : 1;
        context.strokeRect(x, y, size, size);
        context.globalAlpha = 1;
      }
    });
    this.say();
  }

  drawEdges(context, column) {
    const { palette } = this.app;
    const touches = (from, to) => !this.selected
      || (this.selected.column === column && this.selected.row === from)
      || (this.selected.column === column + 1 && this.selected.row === to);
    for (const from of this.rows[column]) {
      for (let to = 0; to < this.columns[column + 1]; to++) {
        const w = this.weight(column, from, to);
        if (!Number.isFinite(w)) continue;
        const [a, b] = this.ends(column, from, to);
        const middle = (a.x + b.x) / 2;
        const hit = this.edge && this.edge.column === column
          && this.edge.from === from && this.edge.to === to;
        context.globalAlpha = hit ? 1 : touches(from, to) ? Math.min(0.9, 0.25 + Math.abs(w) * 0.5) : 0.06;
        context.strokeStyle = w < 0 ? palette.negative : palette.positive;
        context.lineWidth = Math.min(7, 0.6 + 2.2 * Math.abs(w)) + (hit ? 1.5 : 0);
        context.setLineDash(w < 0 ? [5, 3] : []);
        context.beginPath();
        context.moveTo(a.x, a.y);
        context.bezierCurveTo(middle, a.y, middle, b.y, b.x, b.y);
        context.stroke();
      }
    }
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  ends(column, from, to) {
    const [a, b] = [this.places[column][from], this.places[column + 1][to]];
    return [{ x: a.x + this.size, y: a.y + this.size / 2 }, { x: b.x, y: b.y + this.size / 2 }];
  }

  // The edge nearest to the pointer: all edges of a gap share x(t), so t is found once.
  point(event) {
    if (!this.weights || event.target.closest("button")) return this.hover(null);
    const box = this.node.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best = null;
    for (let column = 0; column + 1 < this.columns.length; column++) {
      const left = this.places[column][0].x + this.size;
      const right = this.places[column + 1][0].x;
      if (x < left || x > right) continue;
      const u = (x - left) / (right - left);
      let t = u;
      for (let i = 0; i < 8; i++) t -= (1.5 * t - 1.5 * t * t + t ** 3 - u) / (1.5 - 3 * t + 3 * t * t);
      const s = 3 * t * t - 2 * t ** 3;
      for (const from of this.rows[column]) {
        for (let to = 0; to < this.columns[column + 1]; to++) {
          const [a, b] = this.ends(column, from, to);
          const distance = Math.abs(a.y + (b.y - a.y) * s - y);
          if (distance < (best?.distance ?? 7)) best = { column, from, to, distance };
        }
      }
    }
    this.hover(best, x, y);
  }

  hover(edge, x, y) {
    const changed = Boolean(edge) !== Boolean(this.edge)
      || (edge && (edge.column !== this.edge.column || edge.from !== this.edge.from || edge.to !== this.edge.to));
    this.edge = edge;
    this.tip.hidden = !edge;
    if (edge) {
      const leftwards = x > this.node.clientWidth * 0.6;
      Object.assign(this.tip.style, {
        left: leftwards ? "" : `${x + 14}px`,
        right: leftwards ? `${this.node.clientWidth - x + 14}px` : "",
        top: `${Math.max(0, y - 34)}px`,
      });
    }
    if (changed) this.app.redraw();
  }

  leave() {
    this.hover(null);
  }

  select(unit) {
    const focused = document.activeElement;
    if (!unit && this.units.contains(focused) && focused.matches(":focus-visible")) {
      unit = this.place(focused);
    }
    this.selected = unit;
    this.app.redraw();
  }

  // What the readout says: the weight under the pointer, else the selected unit, else how to.
  say() {
    let text = "Point at a line for its weight, at a unit for its own surface. "
      + "Orange: positive; dashed blue: negative.";
    if (this.edge) {
      const { column, from, to } = this.edge;
      text = `${format(this.weight(column, from, to))}: weight from `
        + `${this.name(column, from)} to ${this.name(column + 1, to)}.`;
      this.tip.textContent = format(this.weight(column, from, to));
    } else if (this.selected) {
      text = this.describe(this.selected);
    }
    if (this.readout.textContent !== text) this.readout.textContent = text;
  }

  describe({ column, row }) {
    if (column === 0) {
      return `${this.title({ column, row })}, ${this.active[row] ? "on" : "off"}: click to switch it ${this.active[row] ? "off" : "on"}.`;
    }
    const weights = this.rows[column - 1].map((from) => {
      const source = column === 1 ? `${this.name(0, from)} ` : "";
      return source + format(this.weight(column - 1, from, row));
    });
    const bias = format(this.biases[column - 1][row]);
    return `${this.title({ column, row })}: bias ${bias}; weights ${weights.join(", ")}.`;
  }

  place(button) {
    return { column: Number(button.dataset.column), row: Number(button.dataset.row) };
  }

  focus(column, row) {
    column = Math.max(0, Math.min(this.columns.length - 1, column));
    row = Math.max(0, Math.min(this.columns[column] - 1, row));
    this.buttons.flat().forEach((button) => { button.tabIndex = -1; });
    this.buttons[column][row].tabIndex = 0;
    this.buttons[column][row].focus();
  }

  move(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const { column, row } = this.place(event.target);
    this.focus(column + step[0], row + step[1]);
  }
}

// ── the surface with its points ────────────────────────────────────────────────────────────────

class Surface {
  constructor(app) {
    this.app = app;
    this.canvas = make("canvas", { class: "cu-fill", role: "img" });
    this.overlay = make("canvas", { class: "cu-fill", "aria-hidden": "true" });
    this.node = make("div", { class: "cu-surface" }, this.canvas, this.overlay);
  }

  frame() {
    const { clientWidth: width, clientHeight: height } = this.node;
    return { left: 34, top: 6, right: width - 6, bottom: height - 36 };
  }

  draw() {
    const { context } = fitted(this.canvas);
    const { left, top, right, bottom } = this.frame();
    const { pictures, diagram } = this.app;
    context.imageSmoothingEnabled = true;
    const chosen = diagram.selected;
    let [picture, index] = [pictures.surface, 0];
    if (chosen && chosen.column === 0) [picture, index] = [pictures.inputs, chosen.row];
    else if (chosen && chosen.column < diagram.columns.length - 1) {
      const before = diagram.columns.slice(1, chosen.column).reduce((sum, n) => sum + n, 0);
      [picture, index] = [pictures.units, before + chosen.row];
    }
    const title = index || picture !== pictures.surface ? diagram.title(chosen) : "Output";
    if (this.app.outputTitle.textContent !== title) this.app.outputTitle.textContent = title;
    const side = picture.side;
    context.drawImage(picture.canvas, 0, index * side, side, side, left, top, right - left, bottom - top);
  }

  // Points and axes stay while a run goes on: drawn once.
  drawPoints() {
    const { context, height } = fitted(this.overlay);
    const { left, top, right, bottom } = this.frame();
    const { state, palette, points } = this.app;
    if (!state || !palette) return;
    const [x0, x1, y0, y1] = state.extent;
    const px = (x) => left + ((x - x0) / (x1 - x0)) * (right - left);
    const py = (y) => bottom - ((y - y0) / (y1 - y0)) * (bottom - top);
    const shown = [this.app.show.train.checked, this.app.show.val.checked];
    [points.train, points.val].forEach(([X, y], part) => {
      if (!shown[part]) return;
      const radius = y.length > 300 ? 2.6 : 3.4;
      for (let i = 0; i < y.length; i++) {
        this.marker(context, px(X[2 * i]), py(X[2 * i + 1]), radius, y[i], part === 1);
      }
    });
    context.strokeStyle = palette.muted;
    context.lineWidth = 1;
    context.strokeRect(left, top, right - left, bottom - top);
    context.fillStyle = palette.muted;
    context.font = "12px system-ui, sans-serif";
    context.textAlign = "center";
    for (let tick = Math.ceil(x0); tick <= x1; tick++) {
      context.fillText(String(tick).replace("-", MINUS), px(tick), bottom + 14);
    }
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let tick = Math.ceil(y0); tick <= y1; tick++) {
      context.fillText(String(tick).replace("-", MINUS), left - 4, py(tick));
    }
    context.textBaseline = "alphabetic";
    context.textAlign = "center";
    context.fillText(state.axes[0], (left + right) / 2, height - 6);
    context.save();
    context.translate(11, (top + bottom) / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(state.axes[1], 0, 0);
    context.restore();
  }

  marker(context, x, y, r, label, hollow) {
    const { palette } = this.app;
    context.beginPath();
    if (label === 0) context.arc(x, y, r, 0, 2 * Math.PI);
    else if (label === 1) context.rect(x - r * 0.9, y - r * 0.9, 1.8 * r, 1.8 * r);
    else {
      context.moveTo(x, y - 1.2 * r);
      context.lineTo(x + 1.2 * r, y + r);
      context.lineTo(x - 1.2 * r, y + r);
      context.closePath();
    }
    context.lineWidth = hollow ? 1.5 : 1;
    context.fillStyle = hollow ? palette.panel : palette.classes[label];
    context.strokeStyle = hollow ? palette.classes[label] : palette.ink;
    context.fill();
    context.stroke();
  }
}

// ── the controls ───────────────────────────────────────────────────────────────────────────────

let made = 0;

function field(text, control, ...more) {
  control.id ||= `cu-control-${++made}`;
  return make("div", { class: "cu-field" }, make("label", { for: control.id }, text), control, ...more);
}

function choice(options, change) {
  const node = make("select", { onchange: () => change(node.value) });
  node.append(...Object.entries(options).map(([value, label]) => make("option", { value }, label)));
  return node;
}

// A number that is typed; usual values are suggested, anything else is the kernel's to judge.
function typed(change, values = [], attributes = {}) {
  const list = values.length ? make("datalist", { id: `cu-list-${++made}` }) : null;
  list?.append(...values.map((value) => make("option", { value })));
  const node = make("input", {
    type: "text", inputmode: "decimal", autocomplete: "off", list: list?.id,
    onchange: () => change(node.value.trim()), ...attributes,
  });
  return [node, list].filter(Boolean);
}

class App {
  constructor(model, el) {
    this.model = model;
    this.offers = model.get("offers");
    this.voila = document.body.dataset.voila === "voila";
    this.history = [];
    this.norms = [];
    this.times = [];
    this.pictures = {};
    this.diagram = new Diagram(this);
    this.surface = new Surface(this);
    this.root = make("div", { class: "cu-playground", "data-lm-suppress-shortcuts": "true" });
    this.root.append(this.bar(), this.messages(), this.missions(), make("div", { class: "cu-grid" },
      this.outputPanel(), this.networkPanel(), this.chartsPanel(), this.settingsPanel()), this.codeDialog());
    el.append(this.root);
    this.watch();
  }

  // Colours and sizes are known only once the page holds the node; then the kernel is greeted.
  begin() {
    this.setTheme();
    if (!this.palette) return;
    this.begun = true;
    this.send("hello", { query: this.voila ? location.hash.slice(1) : "" });
  }

  send(type, content = {}) {
    this.model.send({ type, ...content });
  }

  set(settings, name) {
    this.asked = name;
    this.send("configure", { settings });
  }

  // ── what stands where ──

  bar() {
    const button = (text, title, click, extra = {}) =>
      make("button", { type: "button", title, onclick: click, ...extra }, text);
    this.runButton = button("Run", "Train until paused", () => this.send(this.running ? "pause" : "run"),
      { class: "cu-primary" });
    this.speed = choice(this.offers.speed, (speed) => this.send("speed", { speed }));
    this.speed.value = "epoch";
    this.linkButton = button(this.voila ? "Copy link" : "Copy settings",
      "A link that opens the playground with these settings", () => this.copyLink());
    this.counts = {};
    const count = (name, text) => make("div", {}, make("dt", {}, text),
      (this.counts[name] = make("dd", {}, "0")));
    return make("div", { class: "cu-bar" },
      make("div", { class: "cu-buttons", role: "group", "aria-label": "Training" },
        this.runButton,
        button("1 epoch", "Train one epoch", () => this.send("step", { what: "epoch" })),
        button("1 batch", "Make one update", () => this.send("step", { what: "batch" })),
        button("Reset", "Back to the first weights", () => this.send("reset"))),
      field("Speed", this.speed),
      make("dl", { class: "cu-counts" }, count("epoch", "Epoch"), count("updates", "Updates"),
        count("rate", "Updates/s"), count("frames", "Pictures/s")),
      make("div", { class: "cu-buttons", role: "group", "aria-label": "Share" },
        this.linkButton, button("PyTorch code", "The code that does the same", () => this.send("code"))));
  }

  messages() {
    this.status = make("p", { class: "cu-status", role: "status" });
    this.problem = make("p", { class: "cu-problem", role: "alert", hidden: true });
    return make("div", {}, this.problem, this.status);
  }

  missions() {
    this.see = make("p", { class: "cu-see", hidden: true });
    this.missionButtons = this.offers.missions.map((mission) => make("button", {
      type: "button", "aria-pressed": "false",
      onclick: () => {
        this.mission = mission;
        this.set(mission.settings, "mission");
      },
    }, mission.title));
    const row = make("div", { class: "cu-missions", role: "group", "aria-label": "Try this" },
      make("span", { class: "cu-label", "aria-hidden": "true" }, "Try this:"), ...this.missionButtons);
    return make("div", {}, row, this.see);
  }

  outputPanel() {
    const cells = (this.scores = Array.from({ length: 4 }, () => make("td", {}, "–")));
    const line = (name, ...two) => make("tr", {}, make("th", { scope: "row" }, name), ...two);
    const check = (text, className) => {
      const box = make("input", { type: "checkbox", checked: true, onchange: () => this.surface.drawPoints() });
      return [box, make("label", { class: "cu-check" }, box, make("span", { class: className }, text))];
    };
    const [train, trainLabel] = check("training (filled)", "");
    const [val, valLabel] = check("validation (hollow)", "");
    this.show = { train, val };
    this.legend = make("div", { class: "cu-legend" });
    return make("section", { class: "cu-panel cu-output" }, (this.outputTitle = make("h2", {}, "Output")),
      this.surface.node, this.legend, make("div", { class: "cu-legend" }, trainLabel, valLabel),
      make("table", { class: "cu-scores" },
        make("thead", {}, make("tr", {}, make("td"), make("th", { scope: "col" }, "loss"),
          make("th", { scope: "col" }, "accuracy"))),
        make("tbody", {}, line("training", cells[0], cells[1]), line("validation", cells[2], cells[3]))));
  }

  networkPanel() {
    this.layers = make("div", { class: "cu-layers" });
    this.activation = choice(this.offers.activation, (activation) => this.set({ activation }, "activation"));
    const change = (by) => () => {
      const { hidden } = this.settings;
      this.set({ hidden: by > 0 ? [...hidden, hidden.at(-1) ?? 4] : hidden.slice(0, -1) }, "hidden");
    };
    this.fewer = make("button", { type: "button", "aria-label": "One hidden layer less", onclick: change(-1) }, MINUS);
    this.more = make("button", { type: "button", "aria-label": "One hidden layer more", onclick: change(1) }, "+");
    this.depth = make("span", {});
    this.size = make("span", { class: "cu-muted" });
    return make("section", { class: "cu-panel cu-network" },
      make("div", { class: "cu-head" }, make("h2", {}, "Network"),
        make("div", { class: "cu-depth", role: "group", "aria-label": "Hidden layers" },
          this.fewer, this.depth, this.more),
        field("Activation", this.activation), this.size),
      this.layers, this.diagram.node, this.diagram.readout);
  }

  chartsPanel() {
    this.curves = make("canvas", { class: "cu-chart", role: "img" });
    this.gradients = make("canvas", { class: "cu-chart", role: "img" });
    return make("section", { class: "cu-panel cu-charts" },
      make("div", {}, make("h2", {}, "Loss"), make("div", { class: "cu-legend" },
        make("span", { class: "cu-key cu-key-train" }, "training"),
        make("span", { class: "cu-key cu-key-val" }, "validation")), this.curves),
      make("div", {}, make("h2", {}, "Gradient norm of each layer"), this.gradients));
  }

  settingsPanel() {
    const { offers } = this;
    const set = (name) => (value) => this.set({ [name]: value }, name);
    const c = (this.controls = {});
    const range = (name, min, max, step) => {
      const output = make("output", {});
      const node = make("input", {
        type: "range", min, max, step, onchange: () => set(name)(node.value),
        oninput: () => { output.textContent = this.shown(name, node.value); },
      });
      node.output = output;
      return (c[name] = node);
    };
    c.data = choice(offers.data, set("data"));
    const [n] = (c.nParts = typed(set("n")));
    const [seed] = (c.seedParts = typed(set("seed")));
    Object.assign(c, { n, seed });
    range("noise", 0, 6, 0.5);
    range("train", 10, 90, 5);
    c.axis1 = choice({}, () => this.setColumns());
    c.axis2 = choice({}, () => this.setColumns());
    c.columns = choice({ pca: "2 components", two: "2 features" }, () => this.setColumns(true));
    c.optimizer = choice(offers.optimizer, set("optimizer"));
    c.lrParts = typed(set("lr"), ["0.0001", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10", "30"]);
    [c.lr] = c.lrParts;
    c.penalty = choice(offers.penalty, (penalty) =>
      this.set({ penalty, strength: offers.strengths[penalty] }, "penalty"));
    c.strengthParts = typed(set("strength"), ["0.0001", "0.001", "0.01", "0.1", "0.2", "0.5"]);
    [c.strength] = c.strengthParts;
    c.batch = choice({ 1: "1", 4: "4", 8: "8", 16: "16", 32: "32", 64: "64", 128: "128", 0: "all rows" }, set("batch"));
    this.rows = {
      columns: field("Axes", c.columns),
      axis1: field("x₁", c.axis1),
      axis2: field("x₂", c.axis2),
      n: field("Points", n),
      noise: field("Noise", c.noise, c.noise.output),
    };
    return make("section", { class: "cu-panel cu-settings" },
      make("div", {}, make("h2", {}, "Data"), field("Data set", c.data), ...Object.values(this.rows),
        field("Train on", c.train, c.train.output), field("Seed", seed)),
      make("div", {}, make("h2", {}, "Training"), field("Optimizer", c.optimizer),
        field("Learn. rate η", ...c.lrParts), field("Batch size", c.batch),
        field("Regularise", c.penalty), (this.rows.strength = field("Strength", ...c.strengthParts))));
  }

  codeDialog() {
    this.code = make("pre", { tabindex: "0", "aria-label": "PyTorch code" });
    const copy = make("button", { type: "button", class: "cu-primary", onclick: async () => {
      copy.textContent = (await this.copy(this.code.textContent)) ? "Copied" : "Select it and press Ctrl+C";
    } }, "Copy");
    this.copyCode = copy;
    const title = make("h2", { id: `cu-title-${++made}` }, "The same run in PyTorch");
    this.dialog = make("dialog", { class: "cu-dialog", "aria-labelledby": title.id }, title,
      make("p", {}, "Runs as it is in a fresh Python with course_utils, and ends with the same losses."),
      this.code, make("div", { class: "cu-buttons" }, copy,
        make("button", { type: "button", onclick: () => this.dialog.close() }, "Close")));
    return this.dialog;
  }

  // ── from the kernel ──

  receive(message, buffers) {
    const act = this[`on_${message.type}`];
    if (act) act.call(this, message, buffers);
  }

  on_state(state, buffers) {
    if (!this.palette) return; // not on the page yet; it will ask again
    this.state = state;
    this.settings = state.settings;
    const [trainX, valX] = buffers.slice(0, 2).map((view) => numbers(view, Float32Array));
    const [trainY, valY, features] = buffers.slice(2).map((view) => numbers(view, Uint8Array));
    this.points = { train: [trainX, trainY], val: [valX, valY] };
    const [side, small] = state.sides;
    const outputs = state.classes.length === 2 ? 1 : state.classes.length;
    const units = this.settings.hidden.reduce((sum, n) => sum + n, 0);
    this.bytes = { features };
    this.pictures = {
      surface: new Picture(side), outputs: new Picture(small, outputs),
      units: new Picture(small, units), inputs: new Picture(small, Object.keys(this.offers.features).length),
    };
    this.pictures.inputs.fill(features, this.palette.diverging);
    this.frame = null;
    this.history = [];
    this.norms = [];
    this.times = [];
    this.problem.hidden = true;
    this.root.querySelectorAll("[aria-invalid]").forEach((node) => node.removeAttribute("aria-invalid"));
    this.showSettings();
    this.diagram.build();
    this.surface.drawPoints();
    this.root.dataset.query = state.query; // what the kernel agreed to
    if (this.voila) history.replaceState(null, "", `#${state.query}`);
  }

  on_frame(frame, buffers) {
    if (!this.state) return;
    const [surface, units] = buffers.slice(0, 2).map((view) => numbers(view, Uint8Array));
    const [weights, norms, rows] = buffers.slice(2).map((view) => numbers(view, Float32Array));
    Object.assign(this.bytes, { surface, units });
    this.history.length = Math.min(this.history.length, frame.start);
    for (let i = 0; i < rows.length; i += 4) this.history.push(rows.subarray(i, i + 4));
    // Single updates leap about; what is shown follows them slowly.
    this.norms = Array.from(norms, (norm, i) =>
      (this.norms[i] > 0 && norm > 0 ? this.norms[i] ** 0.7 * norm ** 0.3 : norm));
    this.frame = frame;
    this.paint();
    this.diagram.readWeights(weights);
    this.redraw(true);
  }

  on_status({ running, stopped }) {
    this.running = running;
    this.runButton.textContent = running ? "Pause" : "Run";
    this.runButton.disabled = Boolean(stopped);
    this.root.classList.toggle("cu-running", running);
    this.times = [];
    if (this.frame) this.showNumbers();
    this.status.classList.toggle("cu-stopped", Boolean(stopped));
    this.say(stopped ?? this.state?.note ?? "");
  }

  on_problem({ name, message }) {
    this.problem.textContent = message;
    this.problem.hidden = false;
    const control = this.controls[name === "strength" ? "strength" : name];
    control?.setAttribute?.("aria-invalid", "true");
  }

  on_code({ code }) {
    this.code.textContent = code;
    this.copyCode.textContent = "Copy";
    if (!this.dialog.open) this.dialog.showModal();
  }

  say(text) {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  // ── showing ──

  shown(name, value) {
    return name === "train" ? `${value} %` : `× ${Number(value)}`;
  }

  showSettings() {
    const { settings, controls: c, rows, offers, state } = this;
    for (const name of ["data", "n", "seed", "optimizer", "lr", "penalty", "strength"]) c[name].value = settings[name];
    if (![...c.batch.options].some((option) => Number(option.value) === settings.batch)) {
      c.batch.append(make("option", { value: settings.batch }, String(settings.batch)));
    }
    c.batch.value = settings.batch;
    for (const name of ["noise", "train"]) {
      c[name].value = settings[name];
      c[name].output.textContent = this.shown(name, settings[name]);
    }
    const table = state.columns.length > 0;
    rows.n.hidden = rows.noise.hidden = table;
    c.noise.disabled = offers.scaleFree.includes(settings.data);
    rows.columns.hidden = !table;
    rows.axis1.hidden = rows.axis2.hidden = !table || settings.columns === "pca";
    if (table) this.showColumns(state.columns);
    rows.strength.hidden = settings.penalty === "none";
    this.activation.value = settings.activation;
    this.showLayers();
    this.size.textContent = `${thousands(state.parameters)} parameters`;
    this.legend.replaceChildren(...state.classes.map((name, k) =>
      make("span", { class: `cu-key cu-class-${k}` }, name)));
    this.showMission();
  }

  showColumns(table) {
    const { settings, controls: c } = this;
    c.columns.value = settings.columns === "pca" ? "pca" : "two";
    const chosen = settings.columns === "pca" ? table.slice(0, 2) : settings.columns.split("+");
    [c.axis1, c.axis2].forEach((select, i) => {
      select.replaceChildren(...table.map((value) => make("option", { value }, value.replaceAll("_", " "))));
      select.value = chosen[i];
    });
  }

  setColumns(fresh = false) {
    const { controls: c, state } = this;
    const first = state.columns.slice(0, 2);
    const two = fresh ? first : [c.axis1.value, c.axis2.value];
    this.set({ columns: c.columns.value === "pca" ? "pca" : two.join("+") }, "columns");
  }

  showLayers() {
    const { hidden } = this.settings;
    this.depth.textContent = hidden.length === 1 ? "1 hidden layer" : `${hidden.length} hidden layers`;
    this.fewer.disabled = hidden.length === 0;
    this.more.disabled = hidden.length === this.offers.mostLayers;
    if (this.layers.childElementCount !== hidden.length + 2) {
      const inputs = hidden.map((_, i) => make("input", {
        type: "number", min: 1, max: this.offers.mostUnits, "aria-label": `Units in layer ${i + 1}`,
        onchange: () => this.set({ hidden: [...this.layers.querySelectorAll("input")].map((node) => node.value) }, "hidden"),
      }));
      this.layers.replaceChildren(make("span", {}, "Inputs"),
        ...inputs.map((node) => make("span", {}, node)), make("span", {}, "Output"));
    }
    this.layers.querySelectorAll("input").forEach((node, i) => { node.value = hidden[i]; });
  }

  showMission() {
    const same = (mission) => JSON.stringify(mission.settings) === JSON.stringify(this.settings);
    const active = this.offers.missions.find(same);
    this.missionButtons.forEach((button, i) =>
      button.setAttribute("aria-pressed", String(this.offers.missions[i] === active)));
    if (active) this.mission = active;
    else if (this.mission?.settings.data !== this.settings.data) this.mission = null;
    this.see.hidden = !this.mission;
    if (!this.mission || this.see.mission === this.mission) return;
    const { see, then, cure } = (this.see.mission = this.mission);
    this.see.replaceChildren(make("b", {}, "Run and see: "), `${see} `, make("b", {}, "Then: "), `${then} `,
      make("button", { type: "button", onclick: () => this.set(cure, "mission") }, "Change that"));
  }

  showNumbers() {
    const { frame, history } = this;
    this.counts.epoch.textContent = thousands(frame.epoch);
    this.counts.updates.textContent = thousands(frame.updates);
    const [first, last] = [this.times[0], this.times.at(-1)];
    const seconds = this.running && this.times.length > 2 ? (last.at - first.at) / 1000 : 0;
    this.counts.frames.textContent = seconds ? String(Math.round((this.times.length - 1) / seconds)) : "–";
    this.counts.rate.textContent = seconds
      ? thousands(Math.round((last.updates - first.updates) / seconds)) : "–";
    const row = history.at(-1);
    [[0, row?.[0]], [2, row?.[1]]].forEach(([cell, loss]) => {
      this.scores[cell].textContent = row ? format(loss) : "–";
      this.scores[cell + 1].textContent = row ? percent(row[cell ? 3 : 2]) : "–";
    });
    this.describePictures(row);
  }

  // What a screen reader hears of the canvases; once a second will do.
  describePictures(row) {
    if (this.running && performance.now() - (this.described ?? -1000) < 1000) return;
    this.described = performance.now();
    const text = row ? `epoch ${this.frame.epoch}: loss ${format(row[0])}, accuracy ${percent(row[2])}; `
      + `validation loss ${format(row[1])}, accuracy ${percent(row[3])}` : "not trained yet";
    this.surface.canvas.setAttribute("aria-label", `Output over the plane with the points; ${text}`);
    this.curves.setAttribute("aria-label", `Loss by epoch; ${text}`);
    this.gradients.setAttribute("aria-label", `Gradient norms, first layer first: ${this.norms.map(format).join(", ")}`);
  }

  // Colours for the bytes of the last frame.
  paint() {
    const { bytes, pictures, palette, state } = this;
    if (!bytes?.surface || !state) return;
    const [side, small] = state.sides;
    pictures.inputs.fill(bytes.features, palette.diverging);
    pictures.units.fill(bytes.units, palette.diverging);
    const n = side * side;
    const count = state.classes.length === 2 ? 1 : state.classes.length;
    const tiny = new Uint8Array(count * small * small);
    for (let k = 0, at = 0; k < count; k++) {
      for (let row = 0; row < side; row += 2) {
        for (let col = 0; col < side; col += 2) tiny[at++] = bytes.surface[k * n + row * side + col];
      }
    }
    if (count === 1) {
      pictures.surface.fill(bytes.surface, palette.chance);
      pictures.outputs.fill(tiny, palette.diverging);
    } else {
      pictures.surface.fillClasses(bytes.surface, palette.shades);
      const area = small * small;
      for (let i = 0; i < tiny.length; i++) {
        pictures.outputs.pixels[i] = palette.shades[Math.floor(i / area)][tiny[i]];
      }
      pictures.outputs.context.putImageData(pictures.outputs.image, 0, 0);
    }
  }

  // Everything is drawn at most once for each picture of the screen, and never while hidden: the
  // kernel hears of a frame only after it was drawn, and waits until then.
  redraw(fresh = false) {
    this.fresh ||= fresh;
    if (this.waiting) return;
    this.waiting = requestAnimationFrame((at) => {
      this.waiting = null;
      if (!this.seen || !this.frame || !this.palette) return;
      this.diagram.draw();
      this.surface.draw();
      if (!this.fresh) return;
      this.fresh = false;
      const names = [...this.settings.hidden.map((_, i) => `layer ${i + 1}`), "output"];
      drawCurves(this.curves, this.palette, this.history);
      drawGradients(this.gradients, this.palette, this.norms, names);
      const { number, updates } = this.frame;
      if (number !== this.told) {
        this.times.push({ at, updates });
        while (this.times.length > 2 && at - this.times[0].at > 1500) this.times.shift();
        this.told = number;
        this.send("drawn", { number });
      }
      this.showNumbers();
    });
  }

  // ── the world around ──

  watch() {
    this.seen = true;
    const stop = (this.stop = new AbortController());
    const listen = (target, type, act) => target.addEventListener(type, act, { signal: stop.signal });
    this.onMessage = (message, buffers) => this.receive(message, buffers);
    this.model.on("msg:custom", this.onMessage);
    const theme = () => this.setTheme();
    listen(matchMedia("(prefers-color-scheme: dark)"), "change", theme);
    this.themes = new MutationObserver(theme);
    this.themes.observe(document.body, { attributeFilter: ["data-jp-theme-light", "class"] });
    this.sizes = new ResizeObserver(() => {
      if (!this.begun) this.begin();
      this.diagram.layout();
      this.surface.drawPoints();
      this.redraw(true);
    });
    this.sizes.observe(this.diagram.node);
    this.sizes.observe(this.surface.node);
    this.views = new IntersectionObserver((entries) => {
      this.seen = entries.at(-1).isIntersecting;
      if (this.seen) this.redraw(true);
    });
    this.views.observe(this.root);
    if (this.voila) {
      listen(window, "hashchange", () => this.send("link", { query: location.hash.slice(1) }));
    }
  }

  setTheme() {
    const { jpThemeLight } = document.body.dataset;
    const dark = jpThemeLight === "false" || document.body.classList.contains("vscode-dark")
      || ((this.voila || jpThemeLight === undefined) && matchMedia("(prefers-color-scheme: dark)").matches);
    if (this.palette && this.root.dataset.theme === (dark ? "dark" : "light")) return;
    this.root.dataset.theme = dark ? "dark" : "light";
    const palette = new Palette(this.root);
    if (!palette.ink) return;
    this.palette = palette;
    this.paint();
    this.surface.drawPoints();
    this.redraw(true);
  }

  async copyLink() {
    const { state } = this;
    const text = this.voila ? `${location.href.split("#")[0]}#${state.query}` : `playground${state.code}`;
    const done = await this.copy(text);
    this.say(done ? `Copied: ${text}` : text);
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = make("textarea", { class: "cu-off", "aria-hidden": "true" });
      area.value = text;
      (this.dialog.open ? this.dialog : this.root).append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  }

  destroy() {
    this.send("pause");
    this.stop.abort();
    this.model.off("msg:custom", this.onMessage);
    for (const observer of [this.themes, this.sizes, this.views]) observer.disconnect();
    cancelAnimationFrame(this.waiting);
    this.root.remove();
  }
}

export default {
  render({ model, el }) {
    const app = new App(model, el);
    return () => app.destroy();
  },
};
