import { byId, element, options, soon } from "./dom.js";
import { statistics } from "./model.js";
import { countText } from "./numbers.js";

// What a frame can be sorted, plotted and filtered by.
export function measures(model) {
  const found = [{ id: "index", name: "index", numbers: true, of: place => model.index(place) }];
  for (const parameter of model.parameters) {
    found.push({ id: `p ${parameter.name}`, name: parameter.name, unit: parameter.unit, numbers: parameter.numbers, parameter, of: place => parameter.values[place] });
  }
  for (const pass of model.passes) {
    pass.channels.forEach((channel, c) => statistics.forEach((statistic, s) => found.push({
      id: `s ${pass.name} ${channel} ${statistic}`, name: `${pass.name} ${channel} ${statistic}`, numbers: true, unit: pass.unit, of: place => model.statistic(place, pass, c, s),
    })));
  }
  return found;
}

export function filterAndSort(state, all, source) {
  const { model } = state, tests = new Map();
  const order = soon(() => {
    const by = all.find(measure => measure.id === state.sort), sign = state.ascending ? 1 : -1, shown = [];
    for (let place = 0; place < model.count; place++) {
      if (model.present[place] && [...tests.values()].every(test => test(place))) shown.push(place);
    }
    shown.sort((a, b) => compareValues(by.of(a), by.of(b), sign) || a - b);
    byId("filtered").textContent = tests.size ? `: ${countText(shown.length)} of ${countText(model.frames)} frames` : "";
    state.set({ shown }, "order");
    if (state.place < 0 && shown.length) state.select(shown[0]);
  });
  const test = (name, check) => { if (check) tests.set(name, check); else tests.delete(name); order(); };

  for (const measure of all.filter(measure => measure.parameter || measure.id === "index")) {
    byId("filters").append(measure.numbers ? numbersField(measure, test) : choiceField(measure, test));
  }
  if (!model.isLive) byId("filters").append(wholeField(source, test));
  options(byId("sort"), all.map(measure => [measure.id, measure.name]));
  byId("sort").onchange = event => { state.sort = event.target.value; order(); };
  byId("direction").onclick = event => {
    state.ascending = !state.ascending;
    event.target.textContent = state.ascending ? "↑" : "↓";
    event.target.ariaLabel = state.ascending ? "Ascending" : "Descending";
    order();
  };
  state.on("frames", order);
}

// NaN comes last whichever way it is sorted: who looks for the greatest wants a number.
const compareValues = (a, b, sign) => Number.isNaN(a) || Number.isNaN(b) ? Number.isNaN(a) - Number.isNaN(b) : sign * (a < b ? -1 : a > b ? 1 : 0);

function numbersField(measure, test) {
  const box = label => element("input", { type: "number", step: "any", placeholder: label, ariaLabel: `${measure.name}, ${label}` });
  const [least, most] = [box("from"), box("to")];
  const changed = () => {
    const [from, to] = [least.valueAsNumber, most.valueAsNumber];
    test(measure.id, Number.isNaN(from) && Number.isNaN(to) ? null : place => !(measure.of(place) < from) && !(measure.of(place) > to));
  };
  least.oninput = most.oninput = changed;
  return element("fieldset", {}, element("legend", { textContent: measure.name + (measure.unit ? ` (${measure.unit})` : "") }), least, "to", most);
}

function wholeField(source, test) {
  const box = element("input", { type: "checkbox", id: "whole" });
  box.onchange = () => test("whole", box.checked ? place => source.has(place) : null);
  return element("fieldset", {}, element("legend", { textContent: "floats" }), box, element("label", { htmlFor: "whole", textContent: "only frames with every float" }));
}

function choiceField(measure, test) {
  const values = [...new Set(measure.parameter.values)].sort(), select = element("select", { ariaLabel: measure.name });
  options(select, [["", "all"], ...values.map((value, i) => [String(i), String(value)])]);
  select.onchange = () => test(measure.id, select.value === "" ? null : place => measure.of(place) === values[select.value]);
  return element("fieldset", {}, element("legend", { textContent: measure.name }), select);
}
