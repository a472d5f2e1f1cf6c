// Where everything of a diagram stands, as rnnviz/diagram.py and stage/drawing.py have it.

export const PILL_WIDTH = 112;
export const MARK_RADIUS = 25; // of an operation's circle
const FRAME_PAD = 7; // from the pills to their frame
const LEAST_LEFT = 592; // where the names of what comes in begin
const CANVAS_RIGHT = 1920;
const NUMBER_HIGH = 0.98; // at most, the font size of a number in heights of its pill
const NOTE_DIGIT = 13.5; // at most as wide is a digit of a unit's number beside its pill

/** The places of one diagram: frames, pills, stubs and the ends of dense wires. */
export class Geometry {
  constructor(session) {
    const { diagram } = session.variant;
    this.session = session;
    this.diagram = diagram;
    this.nodes = new Map(diagram.nodes.map((node) => [node.name, node]));
    this.pillHeight = diagram.pitch - Math.max(2, Math.min(8, diagram.pitch * 0.14));
    this.numberSize = Math.min(
      Math.max(24, Math.min(34, diagram.pitch * 0.6)),
      this.pillHeight * NUMBER_HIGH,
    );
  }

  node(name) {
    return this.nodes.get(name);
  }

  /** The outline of a node's stack of pills. */
  frame(name) {
    const node = this.node(name);
    const half = (node.units * this.diagram.pitch) / 2 + FRAME_PAD - 2;
    const side = PILL_WIDTH / 2 + FRAME_PAD;
    return { left: node.x - side, top: node.y - half, right: node.x + side, bottom: node.y + half };
  }

  /** The centre of the pill of one unit. */
  pill(name, unit) {
    const node = this.node(name);
    const place = this.session.shown(name).indexOf(unit);
    return [node.x, node.y + (place - (node.units - 1) / 2) * this.diagram.pitch];
  }

  /** The short wire from a node's circle to its frame; null without a circle. */
  stub(name) {
    const node = this.node(name);
    if (!node.mark_at) return null;
    const [x, y] = node.mark_at;
    const frame = this.frame(name);
    if (Math.abs(x - node.x) < 1)
      return [
        [x, y + MARK_RADIUS],
        [x, frame.top],
      ];
    return [
      [x + MARK_RADIUS, y],
      [frame.left, y],
    ];
  }

  /** Where the wire of one weight starts and ends: pill edge to pill edge. */
  dense(source, k, target, j) {
    const [x0, y0] = this.pill(source, k);
    const [x1, y1] = this.pill(target, j);
    return [
      [x0 + PILL_WIDTH / 2, y0],
      [x1 - PILL_WIDTH / 2, y1],
    ];
  }

  /** All [start, end] of a dense wire. */
  fan(wire) {
    return this.session
      .shown(wire.source)
      .flatMap((k) =>
        this.session.shown(wire.target).map((j) => this.dense(wire.source, k, wire.target, j)),
      );
  }

  /** Whether the numbers of the units that are shown stand beside their pills. */
  isNumbered(name) {
    const { session } = this;
    return this.node(name).label === "left" && session.shown(name).length < session.width(name);
  }

  /** How much room the numbers beside the pills of a node need. */
  noteRoom(name) {
    if (!this.isNumbered(name)) return 0;
    return 6 + NOTE_DIGIT * String(Math.max(...this.session.shown(name)) + 1).length;
  }

  /** What the picture shows: [left, top, width, height]. */
  viewBox() {
    const frames = this.diagram.nodes.map((node) => this.frame(node.name));
    const [, edgeTop, , edgeBottom] = this.diagram.boundary;
    const above = this.diagram.nodes.filter((node) => node.label === "above");
    const names = above.map((node) => this.frame(node.name).top - 36);
    const top = Math.min(edgeTop, ...frames.map((frame) => frame.top), ...names) - 14;
    const bottom = Math.max(edgeBottom, ...frames.map((frame) => frame.bottom + 14)) + 14;
    const left =
      LEAST_LEFT - Math.max(...this.diagram.nodes.map((node) => this.noteRoom(node.name)));
    return [left, top, CANVAS_RIGHT - left, bottom - top].map(Math.round);
  }
}

/** Return the path through points, or through several lines. */
export function pathOf(points) {
  return points.map(([x, y], k) => `${k ? "L" : "M"}${x} ${y}`).join("");
}

/** Return a triangle with its tip at a point, looking away from another point. */
export function arrowHead([x, y], [fromX, fromY], size) {
  const along = Math.hypot(x - fromX, y - fromY) || 1;
  const [ux, uy] = [((x - fromX) / along) * size, ((y - fromY) / along) * size];
  return (
    pathOf([
      [x, y],
      [x - ux - uy / 2, y - uy + ux / 2],
      [x - ux + uy / 2, y - uy - ux / 2],
    ]) + "Z"
  );
}
