import { halves } from "./half.js";

// Numbers to colours, as Preview does it: view transform for light, viridis for measures, gray around 0 for vectors.
const viridisStops = [[68, 1, 84], [71, 45, 123], [59, 82, 139], [44, 114, 142], [33, 145, 140], [40, 174, 128], [94, 201, 98], [173, 220, 48], [253, 231, 37]];
const nothingHit = 1e9;

export function viridis(at) {
  const scaled = Math.min(1, Math.max(0, at)) * 8, step = Math.min(7, Math.floor(scaled)), rest = scaled - step;
  return viridisStops[step].map((from, i) => Math.round(from + rest * (viridisStops[step + 1][i] - from)));
}

const pack = (r, g, b) => (255 << 24 | b << 16 | g << 8 | r) >>> 0;
const ramp = Uint32Array.from({ length: 1024 }, (_, i) => pack(...viridis(i / 1023)));
const gray = Uint32Array.from({ length: 256 }, (_, i) => pack(i, i, i));
const nothing = pack(128, 128, 128);

// sRGB's curve from a table of [0, 1]: a power for each of a million pixels would be felt.
const curve = Uint8Array.from({ length: 16385 }, (_, i) => {
  const linear = (i / 16384) ** 2;
  return Math.round(255 * (linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055));
});

const byteOf = (value, gain, isRaw) => {
  const light = value * gain;
  return !(light > 0) ? 0 : light >= 1 ? 255 : isRaw ? Math.round(light * 255) : curve[Math.round(Math.sqrt(light) * 16384)];
};

// A look: {kind, exposure, view, low, high}. Gives a function from a number to a packed gray or false colour, and one to a byte.
export function painter(look) {
  const gain = 2 ** look.exposure, isRaw = look.view === "raw", span = look.high - look.low;
  if (look.kind === "measure") {
    return { one: value => !Number.isFinite(value) || value >= nothingHit ? nothing : ramp[span > 0 ? Math.max(0, Math.min(1023, Math.round((value - look.low) / span * 1023))) : 0] };
  }
  const byte = look.kind === "vector"
    ? value => Math.max(0, Math.min(255, Math.round(127.5 * (1 + value / look.high)))) || 0
    : value => byteOf(value, gain, isRaw);
  return { byte, one: value => gray[byte(value)] };
}

// Paints values (channels floats a pixel) into 32-bit pixels; channel -1 is all of them.
export function paint(values, channels, channel, look, into) {
  const { byte, one } = painter(look);
  if (channel >= 0 || channels === 1) {
    for (let i = 0, at = Math.max(0, channel); i < into.length; i++, at += channels) into[i] = one(values[at]);
    return;
  }
  for (let i = 0, at = 0; i < into.length; i++, at += channels) {
    into[i] = pack(byte(values[at]), byte(values[at + 1]), channels > 2 ? byte(values[at + 2]) : 128);
  }
}

// The same for float16 codes, by a table of every code: a sheet follows the slider at once.
let codeTable = null, codeTableOf = "";
export function paintHalves(codes, channels, look, into) {
  const key = JSON.stringify(look);
  if (key !== codeTableOf) {
    const { byte, one } = painter(look);
    codeTable = look.kind === "measure" ? Uint32Array.from(halves, one) : Uint8Array.from(halves, byte);
    codeTableOf = key;
  }
  for (let i = 0, at = 0; i < into.length; i++, at += channels) {
    into[i] = channels === 1 ? (look.kind === "measure" ? codeTable[codes[at]] : gray[codeTable[codes[at]]])
      : pack(codeTable[codes[at]], codeTable[codes[at + 1]], channels > 2 ? codeTable[codes[at + 2]] : 128);
  }
}
