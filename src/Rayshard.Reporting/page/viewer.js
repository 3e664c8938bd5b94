import { channelInk, histogram, ink, surface } from "./chart.js";
import { comparison } from "./compare.js";
import { byId, element, options, soon } from "./dom.js";
import { paint } from "./look.js";
import { countText, exactText, float32Text } from "./numbers.js";

// One frame, pixel by pixel: the floats themselves where the page has them, else the thumbnail, and it says which.
export function viewer(state, source) {
  const { model } = state, canvas = byId("pixels"), picture = document.createElement("canvas");
  let shown = null, kept = null, zoom = 0, center = [0.5, 0.5], cursor = [0, 0], asked = 0;

  const fitZoom = () => Math.min(canvas.clientWidth / shown.width, canvas.clientHeight / shown.height);
  const scale = () => zoom || fitZoom();
  const origin = () => [canvas.clientWidth / 2 - center[0] * shown.width * scale(), canvas.clientHeight / 2 - center[1] * shown.height * scale()];

  async function floatsOf(place, isExact) {
    const floats = await Promise.all(model.passes.map((_, i) => isExact ? source.floats(place, i) : null));
    if (floats.every(pass => pass)) return { place, exact: true, width: model.json.size[0], height: model.json.size[1], passes: floats };
    const [width, height] = state.pass.thumbnail;
    return { place, exact: false, width: width || 1, height: height || 1, passes: model.passes.map(pass => pass.thumbnailSize ? widened(pass, model.thumbnailFloats(place, pass)) : null) };
  }

  async function open() {
    if (state.place < 0) return;
    // Two frames are compared by their floats, or by their thumbnails where the page has the floats of one of them at most.
    const turn = ++asked, isExact = source.has(state.place) && (state.kept < 0 || source.has(state.kept));
    const [frame, other] = await Promise.all([floatsOf(state.place, isExact), state.kept < 0 ? null : floatsOf(state.kept, isExact)]);
    if (turn !== asked) return; // Another frame was asked for meanwhile.
    kept = other;
    if (!shown || shown.width !== frame.width) { zoom = 0; center = [0.5, 0.5]; cursor = [frame.width >> 1, frame.height >> 1]; }
    shown = frame;
    describe();
    drawAll();
  }

  function describe() {
    const { place } = state;
    byId("frame-name").textContent = `Frame ${model.index(place)}`;
    byId("frame-parameters").replaceChildren(...[...model.parameters.map(parameter => [parameter.name, `${exactText(parameter.values[place])}${parameter.unit ? ` ${parameter.unit}` : ""}`]), ["record", model.record(place)]]
      .flatMap(([name, value]) => [element("dt", { textContent: name }), element("dd", { textContent: value, className: name === "record" ? "hash" : "" })]));
    const all = model.json.with_pixels;
    byId("source").textContent = shown.exact ? "float32 as stored, checked against its SHA-256."
      : `Not as stored: the float16 thumbnail, ${shown.width} × ${shown.height} px${source.has(place) ? ", because that is all the page has of A" : ""}. ${all ? `The page holds every float of ${all} frames: Filter shows them alone.` : "A frame is too large to be held by this page."}`;
    byId("left-out").textContent = leftOutText(place);
  }

  // Of the whole frame, also where only its thumbnail is shown: what has no place in its statistics.
  function leftOutText(place) {
    const pass = state.pass, found = pass.channels.map((channel, c) => ({ channel, ...model.leftOut(place, pass, c) }));
    const counts = (key, words) => found.filter(one => one[key] > 0).map(one => `${countText(one[key])} of ${pass.name} ${one.channel} ${words}`);
    return counts("notFinite", "not finite").concat(counts("nothing", "where nothing was hit")).join(", ");
  }

  const both = () => comparison(state, shown, kept);

  const draw = soon(() => {
    if (!shown) return;
    const { values, look } = both(), pass = state.pass, channels = pass.channels.length;
    const { context, width, height } = surface(canvas);
    if (!values) return;
    picture.width = shown.width;
    picture.height = shown.height;
    const image = new ImageData(shown.width, shown.height);
    paint(values, channels, state.channel, look, new Uint32Array(image.data.buffer));
    picture.getContext("2d").putImageData(image, 0, 0);
    const [left, top] = origin();
    context.imageSmoothingEnabled = false;
    context.drawImage(picture, left, top, shown.width * scale(), shown.height * scale());
    if (state.compare === "split" && kept) { context.fillStyle = ink("accent"); context.fillRect(left + Math.floor(shown.width / 2) * scale() - 0.5, 0, 1, height); }
    context.strokeStyle = "#000";
    context.lineWidth = 3;
    const cross = () => context.strokeRect(left + cursor[0] * scale(), top + cursor[1] * scale(), Math.max(4, scale()), Math.max(4, scale()));
    cross();
    context.strokeStyle = "#fff";
    context.lineWidth = 1;
    cross();
    canvas.classList.toggle("zoomed", zoom > 0);
    byId("zoom").textContent = `${scale() >= 1 ? Math.round(scale() * 10) / 10 : scale().toFixed(2)} ×`;
    canvas.dataset.drawn = `${state.place} ${pass.name}`;
  });

  function drawValues() {
    if (!shown) return;
    const at = cursor[1] * shown.width + cursor[0], isPair = kept && kept.width === shown.width;
    byId("where").textContent = `x ${cursor[0]}, y ${cursor[1]} from the top left${isPair ? `; A is frame ${model.index(kept.place)}, B frame ${model.index(state.place)}` : ""}`;
    byId("values").tBodies[0].replaceChildren(...model.passes.flatMap((pass, i) => (isPair ? [["A", kept], ["B", shown]] : [["", shown]]).map(([letter, frame]) => element("tr", { className: pass === state.pass ? "current" : "" },
      element("th", { scope: "row", textContent: `${pass.name} ${letter}` }),
      ...pass.channels.map((channel, c) => {
        // A thumbnail has no more than three channels, and that it lacks one is no NaN.
        const value = frame.exact || c < pass.thumbnail[2] ? frame.passes[i]?.[at * pass.channels.length + c] : undefined;
        const cell = element("td", {}, element("i", { textContent: channel }), value === undefined ? "–" : float32Text(value));
        Object.assign(cell.dataset, { pass: pass.name, channel, value: value === undefined ? "" : float32Text(value) });
        return cell;
      })))));
  }

  const drawHistogram = soon(() => {
    const values = shown && both().values, channels = state.pass.channels;
    if (!values) return;
    const wanted = state.channel >= 0 ? [state.channel] : channels.map((_, c) => c);
    histogram(byId("histogram"), `${state.pass.name}${state.compare === "difference" && kept ? ", |A − B|" : ""}`,
      wanted.map(c => ({ values, offset: c, step: channels.length, ink: channelInk(channels[c]) })), state.pass.kind === "measure" ? value => Number.isFinite(value) && value < 1e9 : Number.isFinite);
  });

  const drawAll = () => { draw(); drawValues(); drawHistogram(); };
  const move = (x, y) => { cursor = [Math.max(0, Math.min(shown.width - 1, x)), Math.max(0, Math.min(shown.height - 1, y))]; draw(); drawValues(); };
  const zoomBy = factor => { if (!shown) return; zoom = Math.max(fitZoom() / 2, Math.min(64, scale() * factor)); center = [(cursor[0] + 0.5) / shown.width, (cursor[1] + 0.5) / shown.height]; draw(); };
  const fit = () => { zoom = 0; center = [0.5, 0.5]; draw(); };

  let drag = null;
  const point = event => {
    if (!shown) return;
    const [left, top] = origin();
    move(Math.floor((event.offsetX - left) / scale()), Math.floor((event.offsetY - top) / scale()));
  };
  // A finger that taps moves nothing: the pixel is chosen when it comes down.
  canvas.onpointerdown = event => { drag = [event.clientX, event.clientY, ...center]; canvas.setPointerCapture(event.pointerId); point(event); };
  canvas.onpointerup = canvas.onpointercancel = () => { drag = null; };
  canvas.onpointermove = event => {
    if (drag && zoom) { center = [drag[2] - (event.clientX - drag[0]) / scale() / shown.width, drag[3] - (event.clientY - drag[1]) / scale() / shown.height]; draw(); }
    point(event);
  };
  canvas.addEventListener("wheel", event => { if (event.ctrlKey || document.activeElement === canvas) { event.preventDefault(); zoomBy(event.deltaY < 0 ? 1.25 : 0.8); } }, { passive: false });
  canvas.onkeydown = event => {
    const step = event.shiftKey ? 10 : 1, by = { ArrowRight: [step, 0], ArrowLeft: [-step, 0], ArrowDown: [0, step], ArrowUp: [0, -step] }[event.key];
    if (by && shown) { event.preventDefault(); move(cursor[0] + by[0], cursor[1] + by[1]); }
  };

  function keep() {
    const isKept = state.kept === state.place;
    byId("compare-field").hidden = isKept;
    byId("pin").textContent = isKept ? "Keep as A" : `A: frame ${model.index(state.place)}`;
    byId("compare").value = "b";
    state.set({ kept: isKept ? -1 : state.place, compare: "b" }, "kept");
    open();
  }

  const channelOptions = () => { options(byId("channel"), [["-1", "all"], ...state.pass.channels.map((channel, c) => [String(c), channel])]); state.channel = -1; };
  byId("channel").onchange = event => state.set({ channel: Number(event.target.value) }, "channel");
  byId("compare").onchange = event => state.set({ compare: event.target.value }, "compare");
  byId("pin").onclick = keep;
  byId("previous").onclick = () => state.step(-1);
  byId("next").onclick = () => state.step(1);
  byId("zoom-in").onclick = () => zoomBy(2);
  byId("zoom-out").onclick = () => zoomBy(0.5);
  byId("fit").onclick = fit;
  const letters = { n: () => state.step(1), p: () => state.step(-1), a: keep, "+": () => zoomBy(2), "=": () => zoomBy(2), "-": () => zoomBy(0.5), 0: fit };
  document.addEventListener("keydown", event => {
    if (shown && letters[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, select, pre")) letters[event.key]();
  });
  state.on("pass", () => { channelOptions(); open(); });
  state.on("select", open);
  state.on("look channel compare theme", drawAll);
  new ResizeObserver(drawAll).observe(canvas);
  channelOptions();
}

// Thumbnails hold at most three channels; the rest is not known there.
function widened(pass, floats) {
  const shownChannels = pass.thumbnail[2], channels = pass.channels.length;
  if (shownChannels === channels) return floats;
  const wide = new Float32Array(floats.length / shownChannels * channels).fill(NaN);
  for (let i = 0; i < floats.length; i++) wide[Math.floor(i / shownChannels) * channels + i % shownChannels] = floats[i];
  return wide;
}
