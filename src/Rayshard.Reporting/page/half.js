// float16, as the thumbnails have it: a table from its 65536 codes to numbers.
export const halves = (() => {
  const table = new Float32Array(65536);
  for (let code = 0; code < 65536; code++) {
    const exponent = (code >> 10) & 31, fraction = code & 1023;
    const size = exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? (fraction ? NaN : Infinity) : (1 + fraction / 1024) * 2 ** (exponent - 15);
    table[code] = code & 0x8000 ? -size : size;
  }
  return table;
})();
