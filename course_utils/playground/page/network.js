// The network diagram on its canvas.

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
