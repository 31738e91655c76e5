// Colours: from the style sheet, so that light and dark are decided in one place.

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
