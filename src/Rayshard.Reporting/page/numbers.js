// The shortest digits that give the same float32 again, as NumPy prints it: 0.1, not 0.10000000149011612.
export function float32Text(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  for (let digits = 1; digits < 9; digits++) {
    const number = Number(value.toPrecision(digits));
    if (Math.fround(number) === value) return String(number);
  }
  return String(Number(value.toPrecision(9)));
}

// A few digits, for axes and facts.
export function shortText(value) {
  if (typeof value !== "number") return String(value);
  if (!Number.isFinite(value)) return float32Text(value);
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e6 || size < 1e-3) ? value.toExponential(2).replace("e+", "e") : String(Number(value.toPrecision(4)));
}

// A value that somebody wrote down, with all its digits: a seed is no 1.23e6.
export const exactText = value => String(value);

export const countOf = (count, word) => `${countText(count)} ${word}${count === 1 ? "" : "s"}`;

export const countText = value => Number(value).toLocaleString("en-US");

export function bytesText(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; unit++) bytes /= 1024;
  return `${unit ? bytes.toFixed(1) : bytes} ${units[unit]}`;
}

export function durationText(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds), hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${String(minutes).padStart(2, "0")} h` : `${minutes}:${String(whole % 60).padStart(2, "0")} min`;
}

// Round steps for an axis: 1, 2 or 5 times a power of ten.
export function ticks(low, high, wish) {
  if (!(high > low)) return [low];
  const raw = (high - low) / wish, power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find(factor => factor * power >= raw) ?? 10), first = Math.ceil(low / step);
  // Counted, because first + 1 is first where the numbers are large and near to each other.
  return Array.from({ length: Math.max(0, Math.floor(high / step + 1e-9) - first) + 1 }, (_, i) => (first + i) * step);
}
