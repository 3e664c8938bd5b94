// Elements are made with text, never with markup: names in an experiment are shown and never run.
export const byId = id => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made && name !== "role") made[name] = value; else made.setAttribute(name, value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

export const table = (caption, heads, rows) => element("div", { className: "scroll" }, element("table", {},
  caption ? element("caption", { textContent: caption }) : null,
  heads.length ? element("thead", {}, element("tr", {}, ...heads.map(head => element("th", { scope: "col", textContent: head })))) : null,
  element("tbody", {}, ...rows.map(row => element("tr", {}, ...row.map((cell, i) => element(i || heads.length ? "td" : "th", {}, cell ?? "–")))))));

export const options = (select, entries) => select.replaceChildren(...entries.map(([value, text]) => element("option", { value, textContent: text })));

// Something to be done once before the next picture, however often it is asked for.
export function soon(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; work(); });
  };
}
