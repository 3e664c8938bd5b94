import { byId } from "./dom.js";
import { halves } from "./half.js";

export const statistics = ["mean", "min", "max", "std"];
const statisticsHeld = 6;

// All that the page knows. Frames are named by their place in the page; indexes are the experiment's.
export class Model {
  constructor(json) {
    Object.assign(this, { json, passes: json.passes, parameters: json.parameters, isLive: json.live });
    this.count = json.indexes ? json.indexes.length : json.planned;
    this.present = new Uint8Array(this.count);
    this.records = new Uint8Array(this.count * 32);
    this.frames = 0;
    let channels = 0, bytes = 0;
    for (const pass of this.passes) {
      const [width, height, shown] = pass.thumbnail;
      Object.assign(pass, { channelsBefore: channels, thumbnailAt: bytes, thumbnailSize: width * height * shown });
      pass.codes = new Uint16Array(pass.thumbnailSize * this.count);
      channels += pass.channels.length;
      bytes += pass.thumbnailSize * 2;
    }
    this.perFrame = channels * statisticsHeld;
    this.numbers = new Float32Array(this.count * this.perFrame).fill(NaN);
  }

  index(place) { return this.json.indexes ? this.json.indexes[place] : place; }

  passNamed(name) { return this.passes.find(pass => pass.name === name) ?? this.passes[0]; }

  // Takes packets in, one behind the other.
  take(bytes) {
    const size = this.json.packet_bytes, view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + size <= bytes.length; at += size) {
      const place = view.getUint32(at, true);
      if (place >= this.count) continue;
      this.records.set(bytes.subarray(at + 4, at + 36), place * 32);
      for (let i = 0; i < this.perFrame; i++) this.numbers[place * this.perFrame + i] = view.getFloat32(at + 36 + i * 4, true);
      const thumbnails = at + 36 + this.perFrame * 4;
      for (const pass of this.passes) {
        for (let i = 0; i < pass.thumbnailSize; i++) pass.codes[place * pass.thumbnailSize + i] = view.getUint16(thumbnails + pass.thumbnailAt + i * 2, true);
      }
      this.frames += 1 - this.present[place];
      this.present[place] = 1;
    }
    this.ranges = null;
  }

  statistic(place, pass, channel, which) { return this.numbers[place * this.perFrame + (pass.channelsBefore + channel) * statisticsHeld + which]; }

  leftOut(place, pass, channel) { return { notFinite: this.statistic(place, pass, channel, 4), nothing: this.statistic(place, pass, channel, 5) }; }

  thumbnail(place, pass) { return pass.codes.subarray(place * pass.thumbnailSize, (place + 1) * pass.thumbnailSize); }

  thumbnailFloats(place, pass) { return Float32Array.from(this.thumbnail(place, pass), code => halves[code]); }

  record(place) { return Array.from(this.records.subarray(place * 32, place * 32 + 32), byte => byte.toString(16).padStart(2, "0")).join(""); }

  // Least and greatest of a pass over all frames: one scale, so that frames can be compared.
  range(pass) {
    this.ranges ??= new Map();
    if (!this.ranges.has(pass)) {
      let low = Infinity, high = -Infinity;
      for (let place = 0; place < this.count; place++) {
        for (let channel = 0; this.present[place] && channel < pass.channels.length; channel++) {
          // NaN where a frame has no number at all, as where nothing was hit: it widens nothing.
          const [least, most] = [this.statistic(place, pass, channel, 1), this.statistic(place, pass, channel, 2)];
          if (least < low) low = least;
          if (most > high) high = most;
        }
      }
      this.ranges.set(pass, low <= high ? [low, high] : [0, 1]);
    }
    return this.ranges.get(pass);
  }
}

// What is looked at now; whoever shows something listens.
export class State extends EventTarget {
  constructor(model) {
    super();
    Object.assign(this, { model, pass: model.passNamed(model.json.first_pass), channel: -1, exposure: 0, view: "standard", place: -1, kept: -1, compare: "b", sort: "index", ascending: true, shown: [] });
  }

  set(change, ...events) {
    Object.assign(this, change);
    for (const event of events) this.dispatchEvent(new Event(event));
  }

  on(events, listener) { for (const event of events.split(" ")) this.addEventListener(event, listener); }

  look(pass = this.pass) {
    const [low, high] = pass.kind === "colour" ? [0, 1] : this.model.range(pass);
    return pass.kind === "vector" ? { kind: pass.kind, low: 0, high: Math.max(1, Math.abs(low), Math.abs(high)) }
      : { kind: pass.kind, exposure: pass.kind === "colour" ? this.exposure : 0, view: this.view, low, high };
  }

  select(place) { if (place !== this.place) this.set({ place }, "select"); }

  // The frame so many steps on, in the order that is shown.
  step(by) {
    const at = this.shown.indexOf(this.place);
    const to = Math.max(0, Math.min(this.shown.length - 1, at < 0 ? 0 : at + by));
    if (this.shown.length) this.select(this.shown[to]);
  }
}

export const readModel = () => new Model(JSON.parse(byId("model").textContent));
