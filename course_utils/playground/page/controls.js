// The controls, and what the page does with what the kernel sends.

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
