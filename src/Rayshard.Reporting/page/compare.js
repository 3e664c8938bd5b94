// What the viewer shows of two frames: one of them, half of each, or how far they are apart.
export function comparison(state, shown, kept) {
  const pass = state.pass, at = state.model.passes.indexOf(pass), b = shown.passes[at], look = state.look(), channels = pass.channels.length;
  const a = kept && kept.width === shown.width ? kept.passes[at] : null;
  if (!a || !b || state.compare === "b") return { values: b, look };
  if (state.compare === "a") return { values: a, look };
  if (state.compare === "split") {
    const middle = Math.floor(shown.width / 2);
    return { values: b.map((value, i) => Math.floor(i / channels) % shown.width < middle ? a[i] : value), look };
  }
  const values = b.map((value, i) => Math.abs(a[i] - value));
  if (pass.kind === "colour") return { values, look };
  const most = values.reduce((high, value) => value < 1e9 && value > high ? value : high, 0);
  return { values, look: { ...look, low: 0, high: most || 1 } };
}
