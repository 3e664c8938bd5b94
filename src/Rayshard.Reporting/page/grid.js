import { byId, element, soon } from "./dom.js";
import { paintHalves } from "./look.js";
import { countText, shortText } from "./numbers.js";

// The contact sheet: only the cells in sight exist, and they are used again as it scrolls, so 10,000 frames cost what 100 do.
export function grid(state, all, source) {
  const { model } = state, sheet = byId("sheet"), spacer = byId("spacer"), free = [], used = new Map();
  const geometry = () => {
    const size = Number(byId("size").value), [width, height] = state.pass.thumbnail, wide = sheet.clientWidth;
    const columns = Math.max(1, Math.floor(wide / size)), cellWidth = Math.floor(wide / columns), caption = size >= 64 ? 16 : 0;
    return { columns, cellWidth, caption, cellHeight: Math.max(4, Math.round((cellWidth - 4) * (height / width || 0.75))) + caption + 4 };
  };

  const fill = (cell, place, g) => {
    const by = all.find(measure => measure.id === state.sort), text = `${model.index(place)}${state.sort === "index" ? "" : ` · ${shortText(by.of(place))}`}`;
    cell.caption.textContent = g.caption ? text : "";
    cell.caption.hidden = !g.caption;
    cell.box.title = `frame ${text}`;
    const [width, height, channels] = state.pass.thumbnail;
    cell.canvas.width = width || 1; // Which clears it: a pass without thumbnails shows none, not those of the pass before.
    if (!width) return;
    cell.canvas.height = height;
    const image = cell.context.createImageData(width, height);
    paintHalves(model.thumbnail(place, state.pass), channels, state.look(), new Uint32Array(image.data.buffer));
    cell.context.putImageData(image, 0, 0);
  };

  const draw = (repaint) => {
    const g = geometry(), rows = Math.ceil(state.shown.length / g.columns);
    spacer.style.height = `${rows * g.cellHeight}px`;
    const first = Math.max(0, Math.floor(sheet.scrollTop / g.cellHeight) - 1) * g.columns;
    const last = Math.min(state.shown.length, (Math.ceil((sheet.scrollTop + sheet.clientHeight) / g.cellHeight) + 1) * g.columns);
    const wanted = new Set(state.shown.slice(first, last));
    for (const [place, cell] of used) {
      if (!wanted.has(place)) { used.delete(place); Object.assign(cell.box, { hidden: true, id: "", ariaPosInSet: null }); free.push(cell); }
    }
    for (let i = first; i < last; i++) {
      const place = state.shown[i];
      let cell = used.get(place);
      const isNew = !cell;
      if (isNew) { cell = free.pop() ?? newCell(); used.set(place, cell); }
      Object.assign(cell.box, { hidden: false, id: `cell-${place}`, ariaPosInSet: String(i + 1), ariaSetSize: String(state.shown.length), ariaSelected: String(place === state.place) });
      cell.box.dataset.place = place;
      cell.box.classList.toggle("kept", place === state.kept);
      cell.box.classList.toggle("whole", source.has(place));
      cell.box.style.transform = `translate(${(i % g.columns) * g.cellWidth}px, ${Math.floor(i / g.columns) * g.cellHeight}px)`;
      cell.box.style.width = `${g.cellWidth}px`;
      cell.canvas.style.height = `${g.cellHeight - g.caption - 4}px`;
      if (isNew || repaint) fill(cell, place, g);
    }
    if (used.has(state.place)) sheet.setAttribute("aria-activedescendant", `cell-${state.place}`); else sheet.removeAttribute("aria-activedescendant");
  };

  const newCell = () => {
    const canvas = element("canvas", { "aria-hidden": "true" }), caption = element("span"), box = element("div", { className: "cell", role: "option" }, canvas, caption);
    sheet.append(box);
    return { box, canvas, caption, context: canvas.getContext("2d") };
  };

  const reveal = () => {
    const at = state.shown.indexOf(state.place), g = geometry();
    if (at < 0) return;
    const top = Math.floor(at / g.columns) * g.cellHeight;
    if (top < sheet.scrollTop) sheet.scrollTop = top;
    else if (top + g.cellHeight > sheet.scrollTop + sheet.clientHeight) sheet.scrollTop = top + g.cellHeight - sheet.clientHeight;
  };

  const repaint = soon(() => draw(true)), scroll = soon(() => draw(false));
  sheet.addEventListener("scroll", scroll, { passive: true });
  new ResizeObserver(repaint).observe(sheet);
  byId("size").oninput = repaint;
  state.on("look order kept", repaint);
  state.on("select", () => { reveal(); scroll(); });
  state.on("order", () => { byId("shown").textContent = shownText(model); });
  sheet.onclick = event => { const box = event.target.closest(".cell"); if (box) state.select(Number(box.dataset.place)); };
  sheet.onkeydown = event => {
    const g = geometry(), page = Math.max(1, Math.floor(sheet.clientHeight / g.cellHeight)) * g.columns;
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: g.columns, ArrowUp: -g.columns, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (by) { event.preventDefault(); state.step(by); }
    if (event.key === "Enter") { event.preventDefault(); byId("pixels").focus(); }
  };
}

function shownText(model) {
  const { count, frames, json } = model, [width, height] = model.passNamed(json.first_pass).thumbnail;
  const sample = count < json.planned ? `A sample: ${countText(count)} of the experiment's ${countText(json.planned)} frames are on this page, one of each equal stretch. ` : "";
  const missing = frames < count && !json.live ? `${countText(count - frames)} of them are not in the store. ` : "";
  const size = width < json.size[0] || height < json.size[1] ? `${width} × ${height} px (a mean in linear light for colours, single pixels for the rest)` : "full size";
  const whole = json.live || json.with_pixels === frames ? "" : ` Of ${countText(json.with_pixels)} frames, those with a bold number, the page holds every float.`;
  return `${sample}${missing}Thumbnails are float16, ${size}.${whole}`;
}
