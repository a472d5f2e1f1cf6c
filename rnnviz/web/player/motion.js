// What moves in a beat: the numbers fly along their wires, and those they make land in their pills.
//
// The picture already shows the end; this only hides what has yet to land and moves copies.

import { gradientParts } from "./backwards.js";
import { svg } from "./dom.js";
import { show } from "./numbers.js";
import { weightOf } from "./wires.js";

const TRAVEL = 0.6; // of a level's time, after which what it makes lands
const SMALL = 0.5; // of its size, a stack of numbers that has reached an operation's circle
const PRODUCT = 24; // font size of a product on its way
const LATE = 400; // milliseconds, after which a motion is over even if nothing was drawn

/** Move the numbers of a beat that the session is at; resolves when all have landed. */
export function play(picture, beat, seconds) {
  stop(picture);
  picture.update();
  if (!(seconds > 0) || typeof picture.root.animate !== "function") return Promise.resolve();
  const flight = new Flight(picture, beat, seconds * 1000);
  picture.flight = flight;
  return flight.done;
}

/** Bring all that moves to its end at once. */
export function stop(picture) {
  picture.flight?.end();
}

class Flight {
  constructor(picture, beat, time) {
    this.picture = picture;
    this.session = picture.session;
    this.geometry = picture.geometry;
    this.beat = beat;
    this.animations = [];
    const levels = levelsOf(beat);
    this.span = time / levels.length;
    levels.forEach((names, k) => {
      for (const name of names) if (beat.reveals.includes(name)) this.compute(name, k * this.span);
    });
    this.done = new Promise((resolve) => {
      this.resolve = resolve;
    });
    this.timer = setTimeout(() => this.end(), time + LATE);
    Promise.allSettled(this.animations.map(({ finished }) => finished)).then(() => this.end());
  }

  end() {
    if (this.picture.flight === this) this.picture.flight = null;
    clearTimeout(this.timer);
    for (const animation of this.animations) animation.cancel();
    this.animations = [];
    this.made?.forEach((copy) => copy.remove());
    this.resolve();
  }

  /** Let a node's operands travel, and its numbers land. */
  compute(name, start) {
    const { beat } = this;
    for (const [from, to] of beat.flows) if (to === name) this.bring(from, name, start);
    const carried = this.session.variant.states.includes(name) && !beat.backward;
    const from = carried && beat.flows.find(([, to]) => to === name)?.[0];
    for (const pill of this.picture.shapes.get(name).pills.values())
      this.land(name, pill, start, from);
  }

  /** Let one pill's number appear, out of its circle if it has one; `from` is where it stood. */
  land(name, pill, start, from) {
    const { span } = this;
    const delay = start + TRAVEL * span;
    const duration = (1 - TRAVEL) * span;
    const soft = { duration, delay, fill: "backwards", easing: "ease-in-out" };
    this.move(pill.fill, [{ opacity: 0 }, { opacity: 1 }], soft);
    if (from) {
      this.carry(pill, this.geometry.pill(from, pill.unit), start);
      this.move(pill.text, [{ opacity: 0 }, { opacity: 1 }], {
        ...soft,
        delay: start + span,
        duration: 1,
      });
      return;
    }
    const circle = this.beat.backward ? null : this.geometry.node(name).mark_at;
    const [x, y] = circle ?? [pill.x - 12, pill.y];
    const frames = [
      { opacity: 0, transform: shift(x - pill.x, y - pill.y) },
      { opacity: 1, offset: 0.3 },
      { opacity: 1, transform: shift(0, 0) },
    ];
    this.move(pill.text, frames, soft);
  }

  /** Let a number fly from where it stood a timestep ago, over all that is in between. */
  carry(pill, [x, y], start) {
    const copy = this.add(svg("g", { opacity: 0 }, pill.text.cloneNode(true)));
    const frames = [
      { opacity: 1, transform: shift(x - pill.x, y - pill.y) },
      { opacity: 1, transform: shift(0, 0) },
    ];
    this.move(copy, frames, { delay: start, duration: this.span, easing: "ease-in-out" });
  }

  bring(from, to, start) {
    const { wires } = this.geometry.diagram;
    const [source, target] = this.beat.backward ? [to, from] : [from, to];
    const wire = wires.find((one) => one.source === source && one.target === target);
    if (!wire) return; // a carried state has none
    if (this.beat.backward) this.bringBack(wire, start);
    else if (wire.kind === "vector")
      this.travel(this.copies(source), this.centre(source), wire.points, start);
    else if (this.beat.focus === target) this.products(wire, start);
    else this.glow(wire, start);
  }

  bringBack({ source, target, kind, points }, start) {
    const copies = target === "next" ? this.arriving(source) : this.copies(target);
    const node = this.geometry.frame(source);
    const middle = (node.top + node.bottom) / 2;
    if (kind === "dense") {
      const made = this.geometry.frame(target);
      const y = (made.top + made.bottom) / 2;
      this.travel(
        copies,
        this.centre(target),
        [
          [made.left, y],
          [node.right, middle],
        ],
        start,
      );
    } else {
      const back = [...points].reverse();
      this.travel(copies, target === "next" ? back[0] : this.centre(target), back, start);
    }
  }

  centre(name) {
    const { x, y } = this.geometry.node(name);
    return [x, y];
  }

  copies(name) {
    return [...this.picture.shapes.get(name).pills.values()].map(({ text }) =>
      text.cloneNode(true),
    );
  }

  /** What comes back to a value from outside its timestep, as numbers on the wire that leaves. */
  arriving(name) {
    const { session, beat, geometry, picture } = this;
    const wire = geometry.diagram.wires.find(
      ({ source, target }) => source === name && target === "next",
    );
    const [x, y] = wire.points.at(-1);
    const units = session.shown(name);
    return units.map((unit, place) => {
      const parts = gradientParts(session, name, beat.t, unit);
      const value = parts.reduce(
        (sum, part) => sum + (part.via === "outside" || part.t !== beat.t ? part.value : 0),
        0,
      );
      const below = (place - (units.length - 1) / 2) * geometry.diagram.pitch;
      const size = picture.size.of;
      return svg(
        "text",
        {
          class: "rv-number",
          x: x - 50,
          y: y + below + size * 0.325,
          "font-size": size,
          "text-anchor": "middle",
        },
        show(value, session.digits, { signed: true }),
      );
    });
  }

  /** Move a stack of numbers from its centre through points, smaller towards the end. */
  travel(copies, [x, y], points, start) {
    const way = [[x, y], ...points];
    const lengths = way.map(([px, py], k) =>
      k ? Math.hypot(px - way[k - 1][0], py - way[k - 1][1]) : 0,
    );
    const whole = lengths.reduce((sum, length) => sum + length, 0) || 1;
    let gone = 0;
    const frames = way.map(([px, py], k) => {
      gone += lengths[k];
      const offset = Math.min(1, gone / whole);
      const scale = 1 - (1 - SMALL) * offset;
      return {
        offset,
        opacity: 1,
        transform: `translate(${px}px, ${py}px) scale(${scale}) translate(${-x}px, ${-y}px)`,
      };
    });
    const stack = this.add(svg("g", { opacity: 0 }, copies));
    this.move(stack, frames, { delay: start, duration: TRAVEL * this.span, easing: "ease-in-out" });
  }

  /** Let the products of the neuron in focus fly from the middle of their wires into its pill. */
  products({ source, target }, start) {
    const { session, geometry, beat } = this;
    const unit = session.focusUnit;
    const [goalX, goalY] = geometry.pill(target, unit);
    for (const k of session.shown(source)) {
      const weight = weightOf(session, geometry, source, k, target, unit);
      const value = weight * session.value(source, beat.t, k, "values");
      const [[x0, y0], [x1, y1]] = geometry.dense(source, k, target, unit);
      const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
      const text = show(value, session.digits, { signed: true });
      const copy = this.add(
        svg(
          "text",
          { opacity: 0, x, y: y + PRODUCT * 0.325, "font-size": PRODUCT, "text-anchor": "middle" },
          text,
        ),
      );
      const there = `translate(${goalX - x}px, ${goalY - y}px)`;
      const frames = [
        { opacity: 0, transform: "translate(0px, 0px)" },
        { opacity: 1, offset: 0.15 },
        { opacity: 1, offset: 0.35, transform: "translate(0px, 0px)" },
        { opacity: 1, offset: 0.9 },
        { opacity: 0, transform: there },
      ];
      this.move(copy, frames, {
        delay: start,
        duration: (TRAVEL + 0.1) * this.span,
        easing: "ease-in-out",
      });
    }
  }

  glow({ source, target }, start) {
    const fan = this.picture.wiring.fans.find(
      ({ wire }) => wire.source === source && wire.target === target,
    );
    this.move(fan.root, [{ opacity: 0 }, { opacity: 1 }], {
      delay: start,
      duration: TRAVEL * this.span,
      fill: "backwards",
    });
  }

  add(copy) {
    this.made ??= [];
    this.made.push(copy);
    this.picture.flying.append(copy);
    return copy;
  }

  move(element, frames, timing) {
    this.animations.push(element.animate(frames, timing));
  }
}

function shift(x, y) {
  return `translate(${x}px, ${y}px)`;
}

/** Return what a beat computes, in groups that can be computed at once, in order. */
function levelsOf({ lights, flows, backward }) {
  const level = new Map();
  for (const name of lights) {
    const before = flows
      .filter(([from, to]) => to === name && level.has(from))
      .map(([from]) => level.get(from));
    level.set(name, backward ? 0 : Math.max(-1, ...before) + 1);
  }
  const last = Math.max(0, ...level.values());
  return Array.from({ length: last + 1 }, (_, k) => lights.filter((name) => level.get(name) === k));
}
