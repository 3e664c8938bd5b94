// A report's data: it lies in the page as zlib in Base64.
async function unpack(script) {
  const text = atob(script.textContent), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export class Embedded {
  constructor(model) {
    this.pixels = new Map();
    for (const script of document.querySelectorAll("script.data-pixels")) this.pixels.set(`${script.dataset.place} ${script.dataset.pass}`, script);
    this.model = model;
  }

  // Piece by piece, so that the page answers meanwhile.
  async load(changed) {
    for (const script of document.querySelectorAll("script.data-frames")) {
      this.model.take(await unpack(script));
      script.remove();
      changed();
    }
  }

  has(place) { return this.pixels.has(`${place} 0`); }

  // All floats of a pass, or nothing where the page does not hold them.
  async floats(place, pass) {
    const script = this.pixels.get(`${place} ${pass}`);
    if (!script) return null;
    const planes = await unpack(script), count = planes.length / 4, bytes = new Uint8Array(planes.length);
    for (let i = 0; i < planes.length; i++) bytes[i] = planes[(i & 3) * count + (i >> 2)];
    return new Float32Array(bytes.buffer);
  }
}
