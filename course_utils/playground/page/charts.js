// Charts: losses by epoch, gradient norms by layer.

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
