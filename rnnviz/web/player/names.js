// What is written beside the nodes: their symbols, activations, and the numbers of their units.

import { svg } from "./dom.js";
import { stepOf } from "./worked.js";
import { mathSvg } from "./words.js";

const SIGNS = { sigmoid: "σ", tanh: "tanh", relu: "relu" };
const NOTE_SIZE = 22; // font size of what is said beside the pills
const WIDEST = 92; // half of a name under its stack
const GAP = 9; // between a name and its activation

/** The name of one node; it is a derivative in the gradient view. */
export class NodeName {
  constructor(session, geometry, node) {
    this.session = session;
    this.geometry = geometry;
    this.node = node;
    this.frame = geometry.frame(node.name);
    const role = session.variant.roles[node.name];
    this.root = svg(
      "g",
      { class: `rv-name rv-role-${role}`, "aria-hidden": "true" },
      this.name(),
      this.notes(),
    );
  }

  /** The symbol, and the derivative by it: one of them is seen. */
  name() {
    const { node, session } = this;
    if (node.label === "none") return null;
    const symbol = session.variant.symbols[node.name];
    const derivative = symbol.includes(" ") ? `∂(${symbol})` : `∂${symbol}`;
    this.written = [symbol, derivative].map((text, k) =>
      this.write(text, k ? "rv-derivative" : "rv-symbol"),
    );
    return this.written.flatMap(({ plate, text }) => [plate, text]);
  }

  write(formula, kind) {
    const { x, y, size, anchor } = this.place();
    const text = mathSvg(this.session, formula, { x, y, "font-size": size, "text-anchor": anchor });
    text.classList.add(kind, `rv-label-${this.node.label}`);
    const sign = this.activation(y);
    if (sign) text.append(sign);
    const plate = this.isBetween ? svg("rect", { class: `rv-plate ${kind}`, rx: 5 }) : null;
    return { text, plate, sign, size, y };
  }

  /** Whether the name stands between stacks, where the wires of weights run: on a plate then. */
  get isBetween() {
    return this.node.label === "below" || this.node.label === "over";
  }

  place() {
    const { node, frame, geometry } = this;
    if (node.label === "left") {
      const room = geometry.noteRoom(node.name);
      return { x: frame.left - (room ? room + 8 : 14), y: node.y + 10, size: 34, anchor: "end" };
    }
    // on the wire's upper side; the carried state's wire may run above the centre
    if (node.label === "right")
      return {
        x: frame.right + 10,
        y: Math.min(node.y, this.leaving()) - 15,
        size: 32,
        anchor: "start",
      };
    const y = {
      above: frame.top - 16,
      under: frame.bottom + 34,
      over: frame.top - 13,
      below: frame.bottom + 27,
    }[node.label];
    return {
      x: node.x,
      y,
      size: node.label === "above" || node.label === "under" ? 34 : 26,
      anchor: "middle",
    };
  }

  leaving() {
    return Math.min(this.node.y, ...this.toTheRight().map((points) => points[0][1]));
  }

  /** The points of the vector wires that leave the frame on its right side. */
  toTheRight() {
    const { wires } = this.geometry.diagram;
    const own = wires.filter(({ source, points }) => source === this.node.name && points.length);
    return own.map(({ points }) => points).filter(([[x]]) => Math.abs(x - this.frame.right) < 1);
  }

  /** The sign of a gate's activation; one in a circle of its own needs none. */
  activation(y) {
    const { node, session } = this;
    const step = stepOf(session, node.name);
    if (node.label !== "right" || node.mark || !SIGNS[step?.op]) return null;
    return svg("tspan", { class: "rv-activation", dx: GAP, y, "font-size": 24 }, SIGNS[step.op]);
  }

  /** Put an activation under the wire where there is no room on it; make long names smaller. */
  fit() {
    const bends = this.toTheRight().map((points) => points[1][0]);
    for (const { text, plate, sign, size, y } of this.written ?? []) {
      const signed = sign ? sign.getComputedTextLength() : 0;
      const wide = text.getComputedTextLength() - signed; // without the gap between them
      const room =
        this.node.label === "right" ? Math.min(...bends) - 6 - this.frame.right - 10 : this.room(y);
      if (wide > room) text.setAttribute("font-size", ((size * room) / wide).toFixed(2));
      if (plate) this.lay(plate, Math.min(wide, room), y);
      if (!sign || wide + GAP + signed <= room) continue;
      sign.removeAttribute("dx");
      sign.setAttribute("x", this.frame.right + 10);
      sign.setAttribute("y", this.node.y + 28);
    }
  }

  /** Put the plate of a name so wide behind it. */
  lay(plate, wide, y) {
    const box = { x: this.node.x - wide / 2 - 1, y: y - 19, width: wide + 2, height: 27 };
    for (const [name, value] of Object.entries(box)) plate.setAttribute(name, value);
  }

  /** How wide a name under or over its stack may be, between the stacks beside it. */
  room(y) {
    const { node, geometry } = this;
    if (!this.isBetween) return Infinity;
    const others = geometry.diagram.nodes
      .filter(({ name }) => name !== node.name)
      .map(({ name }) => geometry.frame(name));
    const beside = others.filter(({ top, bottom }) => top < y + 8 && bottom > y - 24);
    const gaps = beside.map(
      ({ left, right }) => (left > node.x ? left - node.x : node.x - right) - 4,
    );
    return 2 * Math.min(WIDEST, ...gaps);
  }

  /** The numbers of the units that are shown, if not all are, and how many there are more. */
  notes() {
    const { session, geometry, node, frame } = this;
    if (!geometry.isNumbered(node.name)) return null;
    const shown = session.shown(node.name);
    const note = (y, text) =>
      svg(
        "text",
        { class: "rv-note", x: frame.left - 6, y, "font-size": NOTE_SIZE, "text-anchor": "end" },
        text,
      );
    const more = `${session.width(node.name) - shown.length} more`;
    return [
      ...shown.map((unit) => note(geometry.pill(node.name, unit)[1] + 8, `${unit + 1}`)),
      note(frame.bottom + 17, more),
    ];
  }
}
