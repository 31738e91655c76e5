// The output surface with its points.

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
