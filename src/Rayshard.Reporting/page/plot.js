import { axes, channelInk, histogram, ink } from "./chart.js";
import { byId, options, soon } from "./dom.js";
import { viridis } from "./look.js";
import { statistics } from "./model.js";
import { countOf, exactText, shortText } from "./numbers.js";

// Any parameter across, any statistic of the pixels up. Frames that the filter leaves out are left out here too.
export function plot(state, all) {
  const { model } = state, canvas = byId("plot");
  const across = all.filter(measure => measure.parameter || measure.id === "index");
  options(byId("plot-x"), across.map(measure => [measure.id, measure.name]));
  options(byId("plot-shade"), [["", "nothing"], ...across.map(measure => [measure.id, measure.name])]);
  options(byId("plot-y"), model.passes.flatMap(pass => pass.channels.map((channel, c) => [`${pass.name} ${c}`, `${pass.name} ${channel}`])));
  options(byId("plot-statistic"), statistics.map((name, i) => [String(i), name]));
  byId("plot-x").value = (across[1] ?? across[0]).id;
  byId("plot-y").value = `${state.pass.name} 0`;
  let points = [];

  const draw = soon(() => {
    const x = across.find(measure => measure.id === byId("plot-x").value), shade = across.find(measure => measure.id === byId("plot-shade").value);
    const [passName, c] = byId("plot-y").value.split(" "), pass = model.passNamed(passName), channel = Number(c), which = Number(byId("plot-statistic").value);
    const labels = x.numbers ? undefined : [...new Set(x.parameter.values)].sort();
    const places = state.shown.filter(place => Number.isFinite(model.statistic(place, pass, channel, which)));
    const xs = places.map(place => labels ? labels.indexOf(x.of(place)) : x.of(place)), ys = places.map(place => model.statistic(place, pass, channel, which));
    const name = `${passName} ${pass.channels[channel]}, ${statistics[which]}${pass.unit === "1" ? "" : `, ${pass.unit}`}`;
    const bounds = values => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
    const [[xLow, xHigh], [yLow, yHigh]] = places.length ? [bounds(xs), bounds(ys)] : [[0, 1], [0, 1]];
    const pad = labels ? 0.5 : 0;
    const { context, toX, toY } = axes(canvas, { low: xLow - pad, high: xHigh + pad, name: x.name + (x.unit ? `, ${x.unit}` : ""), labels }, { low: yLow, high: yHigh, name });
    const shades = shadesOf(shade, places);
    points = places.map((place, i) => ({ place, x: toX(xs[i]), y: toY(ys[i]), across: x.of(place), up: ys[i] }));
    const radius = points.length > 2000 ? 1.5 : 2.5;
    points.forEach((point, i) => {
      context.fillStyle = shades ? shades[i] : channelInk(pass.channels[channel]);
      context.beginPath();
      context.arc(point.x, point.y, radius, 0, 7);
      context.fill();
    });
    const chosen = points.find(point => point.place === state.place);
    if (chosen) {
      context.strokeStyle = ink("ink");
      context.lineWidth = 1.5;
      context.beginPath();
      context.arc(chosen.x, chosen.y, 6, 0, 7);
      context.stroke();
      byId("plot-text").textContent = `frame ${model.index(chosen.place)}: ${x.name} ${exactText(chosen.across)}, ${name} ${shortText(chosen.up)}`;
    } else byId("plot-text").textContent = countOf(points.length, "frame");
    histogram(byId("spread"), name, [{ values: ys, ink: channelInk(pass.channels[channel]) }]);
  });

  const nearest = event => points.reduce((best, point) => {
    const distance = (point.x - event.offsetX) ** 2 + (point.y - event.offsetY) ** 2;
    return distance < best.distance ? { point, distance } : best;
  }, { distance: 900 }).point;
  canvas.onpointermove = event => { const point = nearest(event); canvas.title = point ? `frame ${model.index(point.place)}: ${shortText(point.across)}, ${shortText(point.up)}` : ""; };
  canvas.onclick = event => { const point = nearest(event); if (point) state.select(point.place); };
  canvas.onkeydown = event => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || !points.length) return;
    event.preventDefault();
    const order = [...points].sort((a, b) => a.x - b.x || a.y - b.y), at = order.findIndex(point => point.place === state.place);
    state.select(order[Math.max(0, Math.min(order.length - 1, at + by))].place);
  };
  for (const id of ["plot-x", "plot-y", "plot-statistic", "plot-shade"]) byId(id).onchange = draw;
  state.on("order select theme", draw);
  new ResizeObserver(draw).observe(canvas);
}

// From the middle of viridis' dark to its light end, so that each shade is seen on either paper.
function shadesOf(measure, places) {
  if (!measure) return null;
  const kinds = measure.numbers ? null : [...new Set(measure.parameter.values)].sort(), value = place => kinds ? kinds.indexOf(measure.of(place)) : measure.of(place);
  const values = places.map(value), low = values.reduce((a, b) => Math.min(a, b), Infinity), high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return values.map(one => `rgb(${viridis(0.15 + 0.7 * (high > low ? (one - low) / (high - low) : 0)).join(" ")})`);
}
