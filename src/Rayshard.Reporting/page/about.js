import { axes, ink } from "./chart.js";
import { byId, element, soon, table } from "./dom.js";
import { bytesText, countOf, countText, durationText, shortText } from "./numbers.js";

const hash = text => element("code", { textContent: text });
const mark = (text, kind) => element("b", { textContent: text, className: kind });
const heading = text => element("h3", { textContent: text });

// What is known beside the pixels: how the frames were made, checked and made again.
export function about(state) {
  const { json } = state.model;
  byId("name").textContent = json.experiment;
  byId("description").textContent = json.description;
  document.title = `${json.experiment} – Rayshard`;
  const draw = soon(() => {
    status(json);
    const places = index => json.indexes ? json.indexes.indexOf(index) : index;
    byId("about").replaceChildren(element("h2", { textContent: "Evidence" }), element("div", { className: "columns" },
      element("div", {}, ...noted(verification, json), ...noted(reproduction, json), ...precision(json), ...noted(quarantine, json)),
      element("div", {}, ...noted(timings, json, index => state.model.present[places(index)] ? () => state.select(places(index)) : null), ...noted(provenance, json))),
    heading("The experiment, as resolved"), element("details", {}, element("summary", { textContent: "experiment.json" }), element("pre", { tabIndex: 0, textContent: JSON.stringify(json.definition, null, 2) })));
    drawRate(json);
  });
  state.on("notes theme frames", draw);
  window.addEventListener("resize", () => drawRate(json));
  draw();
}

// Runs leave notes, of this version or another, and anybody can edit them: one that has not the form that is known takes nothing else with it.
function noted(part, ...given) {
  try {
    return part(...given);
  } catch {
    return [element("p", { className: "quiet", textContent: `What a run noted for ${part.name} has a form that this page does not know, and is left out.` })];
  }
}

function status(json) {
  const items = [["Frames", `${countText(json.held)} of ${countText(json.planned)}`, json.held < json.planned && !json.live ? "warn" : ""]];
  if (json.shards) items.push(["Shards", countText(json.shards.length)], ["Size", bytesText(json.shards.reduce((sum, shard) => sum + shard[1], 0))]);
  if (!json.live) items.push(["Checked by SHA-256", json.faults.length ? countOf(json.faults.length, "fault") : `${countOf(json.frames, "frame")} whole`, json.faults.length ? "bad" : "good"]);
  items.push([json.verifier, ...verified(json)]);
  const grade = json.notes?.reproduction?.grade;
  items.push(["Reproduced", grade ?? "not tried", { identical: "good", different: "bad" }[grade] ?? (grade ? "warn" : "")]);
  const quarantined = json.notes?.quarantined;
  if (quarantined) items.push(["Quarantined", countText(quarantined), "warn"]);
  if (json.written) items.push(["Written", json.written]);
  byId("status").replaceChildren(...items.map(([name, value, kind]) => element("li", {}, `${name} `, mark(value, kind ?? ""))));
}

const whenText = found => `${found.from}${found.to === found.from ? "" : ` to ${found.to}`}`;

// What verifications say of these shards, in a few words, and how good that is. What was read before somebody changed it counts for nothing.
function verified(json) {
  const found = json.verification;
  if (!found) return ["not run", ""];
  const how = `${countText(found.whole)} of ${countOf(found.shards, "shard")} whole, ${whenText(found)}${found.quick ? `, ${found.quick}` : ""}`;
  if (found.grade === "damaged") return [`damaged, ${whenText(found)}`, "bad"];
  if (found.grade === "outdated") return [`outdated: of ${whenText(found)}, and the shards were changed since`, "warn"];
  return json.faults.length ? [`${how}, before the faults of today`, "warn"] : [how, found.grade === "whole" ? "good" : "warn"];
}

function verifyRun(json) {
  const found = json.verification;
  if (!found) return [element("p", { className: "quiet", textContent: `${json.verifier} has not read this: dotnet cake --target=${json.verifier} also checks headers, padding and the tables.` })];
  const others = [["changed since", found.changed], ["not read", found.unread], ["gone", found.gone]].filter(([, many]) => many);
  return [element("p", {}, `${json.verifier} of ${whenText(found)}${found.quick ? `, ${found.quick} (XXH3 in place of SHA-256)` : ""}${found.interrupted ? ", interrupted" : ""}: `, mark(`${countText(found.whole)} of ${countOf(found.shards, "shard")} whole`, { whole: "good", damaged: "bad" }[found.grade] ?? "warn"),
      ...others.map(([state, many]) => `, ${countText(many)} ${state}`), found.fault_count ? `; ${countOf(found.fault_count, "fault")}:` : "."),
    ...found.faults.map(([text, isThere]) => element("p", { className: isThere ? "bad" : "quiet", textContent: isThere ? text : `${text} (the file was changed since)` }))];
}

function verification(json) {
  if (json.live) return [heading("Verification"), ...verifyRun(json)];
  const all = json.frames === json.planned ? "Every frame of the experiment" : `${countText(json.frames)} of ${countText(json.planned)} frames`;
  return [heading("Verification"), element("p", {}, `${all}: each blob was read for this page and held against its SHA-256, each record against its address. `, json.faults.length ? mark(countOf(json.faults.length, "fault"), "bad") : mark("All hold.", "good")),
    ...json.faults.map(fault => element("p", { className: "bad", textContent: fault })), ...verifyRun(json),
    table("", ["shard", "bytes", "frames", json.verifier, "manifest SHA-256"], [
      ...json.shards.map(([name, bytes, held, expected, manifest], i) => [name, countText(bytes), held < expected ? `${held} of ${expected}` : countText(held), stateMark(json.verification?.states[i]), hash(manifest)]),
      ...json.unreadable.map(name => [name, null, null, mark("unreadable now", "bad"), null])])];
}

// With the time where shards were read at several.
const stateMark = state => state && element("span", {}, mark(state[0], { whole: "good", damaged: "bad" }[state[0]] ?? "warn"), state[1] ? ` ${state[1]}` : "");

function reproduction(json) {
  const done = json.notes?.reproduction;
  if (!done) return [heading("Reproduction"), element("p", { className: "quiet", textContent: "Not tried here: dotnet cake --target=Reproduce renders a sample again and compares." })];
  const passes = new Map();
  for (const frame of done.frames ?? []) {
    for (const [name, verdict] of Object.entries(frame.passes ?? {})) {
      const row = passes.get(name) ?? { frames: 0, identical: 0, maxUlp: 0, maxAbs: 0, least: Infinity };
      row.frames++;
      row.identical += verdict.grade === "identical";
      row.maxUlp = Math.max(row.maxUlp, verdict.max_ulp);
      row.maxAbs = Math.max(row.maxAbs, verdict.max_abs ?? Infinity);
      row.least = Math.min(row.least, verdict.psnr_db ?? Infinity);
      passes.set(name, row);
    }
  }
  return [heading("Reproduction"), element("p", {}, `${countText((done.frames ?? []).length)} frames rendered again, run ${json.notes.reproduced}: `, mark(done.grade, { identical: "good", different: "bad" }[done.grade] ?? "warn"), ...(done.causes ?? []).map(cause => `; ${cause}`)),
    table("", ["pass", "identical", "max abs", "max ULP", "least PSNR"], [...passes].map(([name, row]) => [name, `${row.identical} of ${row.frames}`, shortText(row.maxAbs), countText(row.maxUlp), Number.isFinite(row.least) ? `${row.least.toFixed(1)} dB` : "same"]))];
}

// Channels of a pass that are told the same are one row.
function precision(json) {
  const rows = [];
  for (const [pass, channel, text, holds] of json.verdicts ?? []) {
    const last = rows.at(-1);
    if (last?.pass === pass && last.text === text) last.channels += ` ${channel}`; else rows.push({ pass, channels: channel, text, holds });
  }
  return rows.length ? [heading("Precision as found"), element("div", { className: "verdicts" }, table("", ["pass", "channel", "verdict"],
    rows.map(({ pass, channels, text, holds }) => [pass, channels, element("span", { textContent: text, className: holds === null ? "" : holds ? "good" : "bad" })])))] : [];
}

function quarantine(json) {
  const frames = json.notes?.quarantine ?? [];
  return frames.length ? [heading("Quarantine"), frames.length < json.notes.quarantined ? element("p", { className: "quiet", textContent: `The first ${countText(frames.length)} of ${countText(json.notes.quarantined)}; quarantine.jsonl of run ${json.notes.run} has them all.` }) : null, table("", ["frame", "last reason", "to see why"], frames.map(frame => [countText(frame.index), String(frame.reasons.at(-1) ?? ""), hash(String(frame.reproduce))]))].filter(Boolean) : [];
}

// opens: gives what shows a frame, or nothing where the page does not have it.
function timings(json, opens) {
  const progress = json.notes?.progress;
  if (!progress) return [heading("Timings"), element("p", { className: "quiet", textContent: json.notes?.progress_unread ? `progress.json of run ${json.notes.run} is cut off, damaged or of another version: it can't be read.` : "No run of this machine is written down." })];
  const slowest = (progress.slowest ?? []).slice(0, 8).map(([index, seconds]) => [opens(index) ? element("button", { type: "button", className: "link", textContent: `frame ${index}`, onclick: opens(index) }) : `frame ${index}`, `${seconds.toFixed(3)} s`]);
  return [heading("Timings"), element("p", { textContent: `Run ${json.notes.run}: ${countText(progress.rendered)} rendered, ${countText(progress.reused)} reused, ${countText(progress.failed)} quarantined in ${durationText(progress.elapsed_seconds)}; ${countText(progress.failed_tries)} tries failed, ${countText((progress.workers ?? []).reduce((sum, worker) => sum + worker.starts, 0))} Workers started.` }),
    element("canvas", { id: "rate-chart", className: "chart", role: "img", ariaLabel: "Frames per second over the run" }), slowest.length ? table("Slowest frames (seconds in Blender)", [], slowest) : null];
}

function drawRate(json) {
  const canvas = byId("rate-chart"), points = json.notes?.progress?.rate ?? [];
  if (!canvas || points.length < 2) return;
  const steps = points.slice(1).map(([at, done], i) => [points[i][0], at, (done - points[i][1]) / Math.max(1e-9, at - points[i][0])]);
  const { context, toX, toY } = axes(canvas, { low: 0, high: points.at(-1)[0], name: "seconds since the run began" }, { low: 0, high: Math.max(...steps.map(step => step[2])), name: "frames per second" });
  context.strokeStyle = ink("accent");
  context.lineWidth = 1.25;
  context.beginPath();
  for (const [from, to, rate] of steps) { context.lineTo(toX(from), toY(rate)); context.lineTo(toX(to), toY(rate)); }
  context.stroke();
}

function provenance(json) {
  const made = json.notes?.provenance, blender = made?.worker?.blender;
  const facts = [...json.facts];
  if (made) facts.push(["Blender", blender ? [blender.version, blender.build_hash, blender.build_date].filter(part => part && part !== "Unknown").join(", ") : ""], ["CPU class", made.cpu_class], ["Executable SHA-256", made.executable_sha256], ["Rendered", made.written]);
  return [heading("Provenance"), table("", [], facts.map(([name, value]) => [name, /^[0-9a-f]{64}$/.test(value) ? hash(value) : String(value ?? "")])),
    ...(json.notes?.fingerprints ?? []).map((fingerprint, i) => element("details", {}, element("summary", { textContent: `Fingerprint ${i + 1} of what rendered` }), element("pre", { tabIndex: 0, textContent: JSON.stringify(fingerprint, null, 2) }))),
    made ? element("details", {}, element("summary", { textContent: "Every setting as Blender had it" }), element("pre", { tabIndex: 0, textContent: JSON.stringify(made.rendered_with, null, 2) })) : null].filter(Boolean);
}
