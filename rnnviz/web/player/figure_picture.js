// The picture of a figure: the marks of one beat from back to front, each with what it holds.

import { el, refill, svg } from "./dom.js";
import { drawn, fitted } from "./figure_shapes.js";

const AREA = "0 76 1920 920"; // of the canvas, without the title and the caption of a video
const SAMPLE = "Hidden state of the loss, weights 0123456789";
const SAMPLE_WIDTH = 18.162; // of its size, in the font in which figures are laid out

export class FigurePicture {
  constructor(session) {
    this.session = session;
    this.layer = svg("g", {});
    this.flying = svg("g", {});
    this.ruler = svg("text", { visibility: "hidden", "font-size": 100 }, SAMPLE);
    this.root = svg(
      "svg",
      { class: "rv-marks", viewBox: AREA, role: "img" },
      this.layer,
      this.flying,
      this.ruler,
    );
    // text can be measured once it is in a page, which may be long after it was made
    new ResizeObserver(() => this.measure()).observe(this.root);
  }

  /** Make all texts smaller where this browser's font is wider than that of the layout. */
  measure() {
    const wide = this.ruler.getComputedTextLength() / 100;
    if (!wide || this.isMeasured) return;
    this.isMeasured = true;
    const share = Math.min(1, SAMPLE_WIDTH / wide);
    for (const { pieces } of this.session.record.marks)
      for (const piece of pieces) if (piece.size) piece.size *= share;
    this.draw();
  }

  update() {
    if (this.shown !== this.session.beat) this.draw();
  }

  /** Draw the marks of the beat, as they stand at its end. */
  draw() {
    const { beat, record } = this.session;
    this.shown = beat;
    this.shapes = new Map();
    for (const place of beat.marks) this.shapes.set(record.marks[place].id, this.made(place));
    refill(
      this.layer,
      [...this.shapes.values()].map(({ root }) => root),
    );
    refill(this.flying);
    this.root.setAttribute("aria-label", `Picture: ${beat.title}`);
    if (this.isMeasured) for (const shape of this.shapes.values()) this.fit(shape);
  }

  /** Return a mark as an element, with the elements of its pieces. */
  made(place) {
    const { pieces, said } = this.session.record.marks[place];
    const parts = pieces.map(drawn);
    const root = svg("g", {}, said ? svg("title", {}, said) : null, parts);
    return { root, parts, pieces };
  }

  fit({ parts, pieces }) {
    pieces.forEach((piece, k) => fitted(parts[k], piece));
  }
}

/** Return what the marks of a beat say, those first that are new in it. */
export function saidIn(session) {
  const { beat, before, record } = session;
  const old = new Set(before.marks);
  const linesOf = (place) => record.marks[place].lines ?? [];
  const list = (places) =>
    el(
      "ul",
      {},
      [...new Set(places.flatMap(linesOf))].map((line) => el("li", {}, line)),
    );
  const still = beat.marks.filter((place) => old.has(place));
  return [
    list(beat.marks.filter((place) => !old.has(place))),
    still.length ? [el("p", {}, "As before:"), list(still)] : null,
  ];
}
