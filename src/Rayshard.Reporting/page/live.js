// A live page's data: its own server is asked again and again, and answers only what is new.
const pause = 700;

export class Live {
  constructor(model, heard) {
    Object.assign(this, { model, heard, taken: 0 });
  }

  has(place) { return this.model.present[place] === 1; }

  async load(changed) {
    for (;;) {
      try {
        const state = await (await fetch("state")).json();
        while (this.taken < state.packets) {
          const bytes = new Uint8Array(await (await fetch(`frames?after=${this.taken}`)).arrayBuffer());
          if (bytes.length === 0) break;
          this.model.take(bytes);
          this.taken += bytes.length / this.model.json.packet_bytes;
          changed();
        }
        this.heard(state);
      } catch {
        this.heard(null);
      }
      await new Promise(resolve => setTimeout(resolve, pause));
    }
  }

  async floats(place, pass) {
    try {
      const answer = await fetch(`pixels?place=${place}&pass=${pass}`);
      return answer.ok ? new Float32Array(await answer.arrayBuffer()) : null;
    } catch {
      return null; // Watch has ended: the thumbnail is what there is.
    }
  }
}
