// What moves on the way to a beat: what goes, then wave by wave what comes, changes, flies, runs.
//
// The picture already shows the end; this takes it back to the start, with copies of what was.

import { svg } from "./dom.js";
import { between, coincide, isAlike, isSame, place } from "./figure_shapes.js";

const LEAVING = 0.3; // seconds in which what is in no wave goes
const WAVE = { least: 0.7, each: 0.05, pulse: 0.3, most: 1.5 }; // seconds of one
const LAG = 0.25; // of the time of one that comes, after which the next one does
const SEEN = 0.25; // of a flight, after which what flies is fully there
const LAID = 0.3; // of a wave, after which wires are there along which something runs
const BROUGHT = 0.5; // of one in which something runs, from where on the rest comes
const DOT = 11; // radius of what runs along a wire
const LATE = 400; // milliseconds, after which a motion is over even if nothing was drawn
const unsigned = (id) => id.replace(/^-/, "");
const smooth = (share) => share * share * (3 - 2 * share);

/** The motion to the beat that the session is at; `done` resolves at its end; `pace` 2 is slow. */
export class FigureMotion {
  constructor(picture, pace) {
    const { before, beat, record } = picture.session;
    this.picture = picture;
    this.marks = record.marks;
    this.tweens = []; // {start, end, show}: what is shown at a share of the time between
    this.old = new Map(before.marks.map((at) => [this.marks[at].id, at]));
    this.now = new Map(beat.marks.map((at) => [this.marks[at].id, at]));
    this.seconds = this.plan(beat);
    for (const { show } of this.tweens) show(0);
    this.done = new Promise((resolve) => {
      this.resolve = resolve;
    });
    const time = this.seconds * 1000 * pace;
    if (!this.tweens.length) return this.end();
    this.timer = setTimeout(() => this.end(), time + LATE);
    this.run(time);
  }

  run(time) {
    let start = 0;
    const step = (moment) => {
      start ||= moment;
      if (moment - start >= time) return this.end();
      this.show((this.seconds * (moment - start)) / time);
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  /** Show a moment, in seconds from the start. */
  show(moment) {
    for (const tween of this.tweens) {
      const share = Math.max(0, Math.min(1, (moment - tween.start) / (tween.end - tween.start)));
      if (share !== tween.share) tween.show(smooth(share));
      tween.share = share;
    }
  }

  end() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    if (this.tweens.length) this.picture.draw();
    this.tweens = [];
    this.resolve?.();
  }

  // What moves when

  /** Plan all waves of a beat, and return how many seconds they take. */
  plan({ waves }) {
    const waved = new Set(waves.flatMap(({ ids }) => ids));
    const gone = [...this.old.keys()].filter((id) => !this.now.has(id));
    this.haunt();
    const first = gone.filter((id) => !waved.has(id));
    const changed = [...this.now].filter(([id, at]) => !waved.has(id) && this.old.get(id) !== at);
    const rest = { ids: changed.map(([id]) => id), flights: {}, pulses: [] };
    let time = first.length ? LEAVING : 0;
    for (const id of first) this.fade(this.ghostOf.get(id).root, 0, time, 1, 0);
    for (const wave of changed.length ? [rest, ...waves] : waves) {
      const { ids, pulses } = wave;
      const long = WAVE.least + WAVE.each * ids.length + (pulses.length ? WAVE.pulse : 0);
      const end = time + Math.min(WAVE.most, long);
      this.wave(wave, time, end);
      time = end;
    }
    return time;
  }

  wave({ ids, flights, pulses }, start, end) {
    const isComing = (id) => this.now.has(id) && (!this.old.has(id) || flights[id]);
    const isLaid = (id) => ids.includes(id) && !this.old.has(id) && !flights[id];
    const wires = pulses.map(unsigned).filter(isLaid);
    const laid = start + LAID * (end - start);
    for (const id of wires) this.fade(this.picture.shapes.get(id).root, start, laid);
    const coming = ids.filter((id) => isComing(id) && !wires.includes(id));
    const lag = Math.min(LAG, 3 / Math.max(coming.length, 1));
    const first = pulses.length ? start + BROUGHT * (end - start) : start;
    const each = (end - first) / (1 + lag * Math.max(coming.length - 1, 0));
    coming.forEach((id, k) => {
      const from = first + k * lag * each;
      const { root } = this.picture.shapes.get(id);
      if (flights[id]) this.fly(root, flights[id], from, from + each);
      else this.fade(root, from, from + each);
    });
    for (const id of ids) {
      if (!this.now.has(id)) this.fade(this.ghostOf.get(id).root, start, end, 1, 0);
      else if (this.old.has(id) && this.old.get(id) !== this.now.get(id))
        this.change(id, start, end, !isComing(id));
    }
    for (const id of pulses) this.pulse(id, wires.includes(unsigned(id)) ? laid : start, end);
  }

  /** Let an element come, or go with `from` 1 and `to` 0. */
  fade(node, start, end, from = 0, to = 1) {
    const show = (share) => node.setAttribute("opacity", from + (to - from) * share);
    this.tweens.push({ start, end, show });
  }

  fly(node, [x, y], start, end) {
    const box = node.getBBox();
    const [wide, high] = [x - box.x - box.width / 2, y - box.y - box.height / 2];
    const show = (share) => {
      node.setAttribute("opacity", Math.min(1, share / SEEN));
      node.setAttribute("transform", `translate(${wide * (1 - share)} ${high * (1 - share)})`);
    };
    this.tweens.push({ start, end, show });
  }

  /** Let a mark change piece by piece, or what it was go, if what it is comes in another way. */
  change(id, start, end, isShown) {
    const shape = this.picture.shapes.get(id);
    const ghost = this.picture.made(this.old.get(id));
    shape.root.before(ghost.root);
    this.picture.fit(ghost);
    if (!isShown) return this.fade(ghost.root, start, end, 1, 0);
    const count = Math.max(shape.parts.length, ghost.parts.length);
    for (let k = 0; k < count; k++) this.turn(ghost, shape, k, start, end);
  }

  turn(ghost, shape, k, start, end) {
    const [was, is] = [ghost.pieces[k], shape.pieces[k]];
    const [old, node] = [ghost.parts[k], shape.parts[k]];
    const middle = (start + end) / 2; // two texts never stand in one place
    const isText = (was ?? is).kind === "text";
    if (was && is && isAlike(was, is)) {
      old.remove();
      if (isSame(was, is)) return;
      const show = (share) => place(node, between(was, is, share));
      this.tweens.push({ start, end, show });
    } else if (was && is && coincide(was, is)) {
      this.fade(node, start, end); // over what it was, which goes with all copies
    } else {
      if (was) this.fade(old, start, isText ? middle : end, 1, 0);
      if (is) this.fade(node, isText ? middle : start, end);
    }
  }

  /** Let a dot run along a wire, from its end with a minus in front of the id. */
  pulse(signed, start, end) {
    const id = unsigned(signed);
    const wire = this.marks[this.now.get(id) ?? this.old.get(id)].pieces[0];
    const way = [];
    for (let k = 0; k < wire.points.length; k += 2) way.push(wire.points.slice(k, k + 2));
    if (signed !== id) way.reverse();
    const dot = svg("circle", { class: `rv-role-${wire.role} rv-solid`, opacity: 0 });
    this.picture.flying.append(dot);
    const show = (share) => {
      const [cx, cy] = along(way, share);
      const isRunning = share > 0 && share < 1;
      for (const [name, value] of Object.entries({ cx, cy, r: DOT * (1 - share / 2) }))
        dot.setAttribute(name, value);
      dot.setAttribute("opacity", isRunning ? 1 : 0);
    };
    this.tweens.push({ start, end, show });
  }

  /** Put copies of what goes back to where it stood, between what stands before and after it. */
  haunt() {
    this.ghostOf = new Map();
    let next = null;
    for (const id of [...this.old.keys()].reverse()) {
      const standing = this.picture.shapes.get(id);
      if (!standing) {
        const ghost = this.picture.made(this.old.get(id));
        this.ghostOf.set(id, ghost);
        this.picture.layer.insertBefore(ghost.root, next);
        this.picture.fit(ghost);
      }
      next = (standing ?? this.ghostOf.get(id)).root;
    }
  }
}

/** Return the point at a share of a way's length. */
function along(way, share) {
  const lengths = way.slice(1).map(([x, y], k) => Math.hypot(x - way[k][0], y - way[k][1]));
  let rest = share * lengths.reduce((sum, length) => sum + length, 0);
  for (const [k, length] of lengths.entries()) {
    if (rest <= length && length) {
      const [[x, y], [goalX, goalY]] = [way[k], way[k + 1]];
      return [x + ((goalX - x) * rest) / length, y + ((goalY - y) * rest) / length];
    }
    rest -= length;
  }
  return way.at(-1);
}
