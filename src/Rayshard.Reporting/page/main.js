import { about } from "./about.js";
import { byId, element, options, soon } from "./dom.js";
import { Embedded } from "./embedded.js";
import { filterAndSort, measures } from "./filter.js";
import { grid } from "./grid.js";
import { Live } from "./live.js";
import { viridis } from "./look.js";
import { readModel, State } from "./model.js";
import { countText, durationText, shortText } from "./numbers.js";
import { plot } from "./plot.js";
import { viewer } from "./viewer.js";

const model = readModel(), state = new State(model), all = measures(model);
const source = model.isLive ? new Live(model, hear) : new Embedded(model);

about(state);
grid(state, all, source);
filterAndSort(state, all, source);
viewer(state, source);
plot(state, all);
lookTools();
themeButton();
const loaded = source.load(soon(() => state.set({}, "frames", "look")));
if (!model.isLive) {
  await loaded;
  // What was loaded is ordered in the next animation frame, drawn in the one after: only then is it there.
  for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
}
document.documentElement.dataset.loaded = "true";

function lookTools() {
  options(byId("pass"), model.passes.map(pass => [pass.name, pass.thumbnailSize ? pass.name : `${pass.name} (no thumbnails)`]));
  byId("pass").value = state.pass.name;
  const tools = () => {
    const isLight = state.pass.kind === "colour", { low, high } = state.look();
    byId("view-field").hidden = byId("exposure-field").hidden = !isLight;
    byId("scale").hidden = isLight;
    byId("low").textContent = shortText(state.pass.kind === "vector" ? -high : low);
    byId("high").textContent = `${shortText(high)}${state.pass.unit === "1" ? "" : ` ${state.pass.unit}`}`;
    byId("stops").textContent = `${state.exposure > 0 ? "+" : ""}${state.exposure.toFixed(1)} EV`;
    const context = byId("ramp").getContext("2d"), image = context.createImageData(256, 1);
    for (let i = 0; i < 256; i++) image.data.set([...(state.pass.kind === "measure" ? viridis(i / 255) : [i, i, i]), 255], i * 4);
    context.putImageData(image, 0, 0);
  };
  byId("pass").onchange = event => state.set({ pass: model.passNamed(event.target.value) }, "pass", "look");
  byId("view").onchange = event => state.set({ view: event.target.value }, "look");
  byId("exposure").oninput = event => state.set({ exposure: Number(event.target.value) }, "look");
  byId("exposure").ondblclick = event => { event.target.value = 0; state.set({ exposure: 0 }, "look"); };
  state.on("look", tools);
  tools();
}

function themeButton() {
  const themes = ["system", "light", "dark"];
  byId("theme").onclick = event => {
    const next = themes[(themes.indexOf(document.documentElement.dataset.theme ?? "system") + 1) % 3];
    if (next === "system") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = next;
    event.target.textContent = `Theme: ${next}`;
    state.set({}, "theme");
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => state.set({}, "theme"));
}

function hear(news) {
  byId("live").hidden = false;
  if (!news) { byId("rate").textContent = "no answer: Watch has ended"; return; }
  model.json.notes = news.notes;
  model.json.held = news.held;
  model.json.verification = news.verification;
  model.json.faults = news.faults;
  byId("faults").replaceChildren(...news.faults.map(fault => element("p", { className: "bad", textContent: fault })));
  const progress = news.notes.progress;
  byId("done").max = model.json.planned;
  byId("done").value = news.held;
  byId("rate").textContent = `${countText(news.held)} of ${countText(model.json.planned)} frames${rateText(progress, news.age)}`;
  byId("workers").textContent = (progress?.workers ?? []).map(workerText).concat(progress?.failed_tries ? [`${countText(progress.failed_tries)} tries failed`] : []).join(" · ");
  state.set({}, "notes");
}

const workerText = worker => `Worker ${worker.number}: ${worker.pid ? `${countText(worker.rendered)} frames (pid ${worker.pid})` : "starting or at rest"}${worker.starts > 1 ? `, started ${worker.starts} times` : ""}`;

function rateText(progress, age) {
  if (!progress) return "; no run has begun";
  if (progress.ended) return `; the run has ended (${progress.ended})`;
  if (age > 30) return `; the run gave no sign for ${durationText(age)}`;
  return progress.rendered ? `, ${(progress.rendered / progress.elapsed_seconds).toFixed(2)} frames/s` : "";
}
