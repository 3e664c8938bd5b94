import { shortText, ticks } from "./numbers.js";

export const ink = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
export const channelInk = label => ink({ R: "r", G: "g", B: "b", X: "r", Y: "g", Z: "b", U: "r", V: "g" }[label] ?? "w");

// A canvas as large as it stands in the page, in the screen's own pixels.
export function surface(canvas) {
  const scale = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  return { context, width, height };
}

// Axes with names; gives the two scales. x and y: {low, high, name, labels?}.
export function axes(canvas, x, y) {
  const { context, width, height } = surface(canvas);
  const box = { left: 58, right: width - 10, top: 18, bottom: height - 32 };
  const widen = axis => axis.high > axis.low ? axis : { ...axis, low: axis.low - (Math.abs(axis.low) || 1) / 2, high: axis.high + (Math.abs(axis.high) || 1) / 2 };
  const [wide, tall] = [widen(x), widen(y)];
  const toX = value => box.left + (value - wide.low) / (wide.high - wide.low) * (box.right - box.left);
  const toY = value => box.bottom - (value - tall.low) / (tall.high - tall.low) * (box.bottom - box.top);
  context.strokeStyle = ink("line");
  context.fillStyle = ink("quiet");
  context.lineWidth = 1;
  const line = (x0, y0, x1, y1) => { context.beginPath(); context.moveTo(x0, y0); context.lineTo(x1, y1); context.stroke(); };
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of ticks(tall.low, tall.high, Math.max(2, (box.bottom - box.top) / 50))) {
    line(box.left, Math.round(toY(tick)) + 0.5, box.right, Math.round(toY(tick)) + 0.5);
    context.fillText(shortText(tick), box.left - 6, toY(tick));
  }
  context.textAlign = "center";
  context.textBaseline = "top";
  // Of many labels as many as can be read.
  const every = x.labels ? Math.ceil(x.labels.length * 40 / (box.right - box.left)) : 1;
  const across = x.labels ? x.labels.map((_, i) => i).filter(i => i % every === 0) : ticks(wide.low, wide.high, Math.max(2, (box.right - box.left) / 90));
  for (const tick of across) {
    line(Math.round(toX(tick)) + 0.5, box.bottom, Math.round(toX(tick)) + 0.5, box.bottom + 4);
    context.fillText(x.labels ? x.labels[tick] : shortText(tick), toX(tick), box.bottom + 6, x.labels ? (box.right - box.left) / x.labels.length * every : undefined);
  }
  context.textAlign = "right";
  context.fillText(x.name, box.right, height - 12);
  context.textAlign = "left";
  context.fillText(y.name, 0, 2);
  return { context, box, toX, toY };
}

const bins = 96;

// Histograms of some series over one axis, counts on a logarithm. series: [{values, ink, step}].
export function histogram(canvas, name, series, keep = Number.isFinite) {
  let low = Infinity, high = -Infinity;
  for (const one of series) {
    for (let i = one.offset ?? 0; i < one.values.length; i += one.step ?? 1) {
      const value = one.values[i];
      if (keep(value)) { if (value < low) low = value; if (value > high) high = value; }
    }
  }
  if (!(low <= high)) { surface(canvas); return; }
  const counts = series.map(one => {
    const found = new Float64Array(bins), scale = high > low ? bins / (high - low) : 0;
    for (let i = one.offset ?? 0; i < one.values.length; i += one.step ?? 1) {
      if (keep(one.values[i])) found[Math.min(bins - 1, Math.floor((one.values[i] - low) * scale))]++;
    }
    return found;
  });
  const most = Math.log10(Math.max(...counts.map(found => Math.max(...found))) + 1);
  const { context, toX, toY } = axes(canvas, { low, high, name }, { low: 0, high: most, name: "count, log₁₀(1 + n)" });
  counts.forEach((found, s) => {
    context.strokeStyle = series[s].ink;
    context.lineWidth = 1.25;
    context.beginPath();
    const width = (high - low || 1) / bins, from = high > low ? low : low - 0.5;
    found.forEach((count, i) => {
      const y = toY(Math.log10(count + 1));
      context.lineTo(toX(from + i * width), y);
      context.lineTo(toX(from + (i + 1) * width), y);
    });
    context.stroke();
  });
}
