// The nodes of the picture: frames, operation circles, and a pill a unit with its number.

import { svg } from "./dom.js";
import { MARK_RADIUS, PILL_WIDTH, pathOf } from "./geometry.js";
import { show } from "./numbers.js";
import { shownNumber, spokenName } from "./words.js";
import { rangeOf } from "./worked.js";

const ROOM = PILL_WIDTH - 18; // for a number in its pill
const TINIEST = 10;
const WIDE = { ".": 0.32, default: 0.64 }; // of a letter in em, where it cannot be measured

/** Whether a value can be negative, whatever the weights: those are shown with their sign. */
export function isSigned(session, name) {
  const range = rangeOf(session, name);
  return session.view === "gradients" || !range || range[0] < 0;
}

/** The frame of a node with its circle and its pills; `pills` are by unit. */
export class NodeShape {
  constructor(session, geometry, node) {
    this.session = session;
    this.node = node;
    this.height = geometry.pillHeight;
    this.pills = new Map();
    const { left, top, right, bottom } = geometry.frame(node.name);
    const frame = svg("rect", {
      class: "rv-frame",
      x: left,
      y: top,
      width: right - left,
      height: bottom - top,
      rx: 18,
    });
    this.root = svg("g", { "data-node": node.name }, this.circle(geometry), frame);
    for (const unit of session.shown(node.name)) {
      const pill = this.pill(unit, geometry);
      this.pills.set(unit, pill);
      this.root.append(pill.root);
    }
  }

  /** Make the word in a circle as small as it has to be. */
  fit() {
    const word = this.root.querySelector(".rv-op");
    if (!word) return;
    const wide = word.getComputedTextLength();
    const size = Number(word.getAttribute("font-size"));
    const most = 2 * MARK_RADIUS - 10;
    if (wide > most) word.setAttribute("font-size", ((size * most) / wide).toFixed(2));
  }

  circle(geometry) {
    const { mark, mark_at: at, name } = this.node;
    if (!at) return null;
    const [x, y] = at;
    this.stub = svg("path", { class: "rv-stub", d: pathOf(geometry.stub(name)) });
    const disc = svg("circle", { class: "rv-disc", cx: x, cy: y, r: MARK_RADIUS });
    return [
      this.stub,
      svg(
        "g",
        { class: "rv-mark", "aria-hidden": "true", "data-mark": mark },
        disc,
        sign(mark, x, y),
      ),
    ];
  }

  pill(unit, geometry) {
    const { name } = this.node;
    const [x, y] = geometry.pill(name, unit);
    const [left, top] = [x - PILL_WIDTH / 2, y - this.height / 2];
    const box = { x: left, y: top, width: PILL_WIDTH, height: this.height, rx: this.height / 2 };
    const pitch = geometry.diagram.pitch;
    const right = left + PILL_WIDTH;
    const fill = svg("rect", { class: "rv-fill", ...box });
    const shapes = [svg("rect", { class: "rv-shape", ...box }), fill];
    const mark = svg("path", {
      class: "rv-changed",
      d:
        pathOf([
          [right - 17, top - 2],
          [right + 3, top - 2],
          [right + 3, top + 18],
        ]) + "Z",
    });
    const text = svg("text", { class: "rv-number", x, y, "text-anchor": "middle" });
    // the area that a finger may hit is as high as there is room for
    const ring = svg("rect", {
      class: "rv-ring",
      x: left - 4,
      y: y - pitch / 2,
      width: PILL_WIDTH + 8,
      height: pitch,
      rx: Math.min(10, pitch / 2),
    });
    const root = svg(
      "g",
      { class: "rv-pill", "data-node": name, "data-unit": unit },
      shapes,
      text,
      mark,
      ring,
    );
    return { root, unit, x, y, shapes, fill, text, value: undefined, at: "" };
  }

  /** Show what the beat has for this node; `look` says how: {known, lit, size, marks by unit}. */
  update(look) {
    const { session, node } = this;
    const role = session.variant.roles[node.name];
    attr(
      this.root,
      "class",
      classes("rv-node", `rv-role-${role}`, look.known && "rv-known", look.lit && "rv-lit"),
    );
    if (this.stub)
      attr(
        this.stub,
        "class",
        classes("rv-stub", look.stubLive && "rv-live", look.stubLit && "rv-lit"),
      );
    for (const pill of this.pills.values()) {
      this.write(pill, look);
      attr(
        pill.root,
        "class",
        classes(
          "rv-pill",
          look.known && "rv-full",
          pill.isChanged && "rv-edited",
          look.marks?.(pill.unit),
        ),
      );
    }
  }

  write(pill, { known, size, isSelected }) {
    const { session, node } = this;
    const { t } = session.beat;
    if (!known) {
      if (pill.value !== null) this.empty(pill);
      return;
    }
    const value = session.value(node.name, t, pill.unit, session.view);
    const isChanged =
      session.isEdited && session.view === "values" && session.changed(node.name, t, pill.unit);
    const at = `${t} ${session.view} ${session.digits} ${isChanged}`;
    if (!Object.is(value, pill.value) || at !== pill.at || size !== pill.size) {
      Object.assign(pill, { value, at, size, isChanged });
      const shown = this.shown(pill);
      const fitting = Math.max(TINIEST, Math.min(size.of, (size.of * ROOM) / size.width(shown)));
      pill.text.textContent = shown;
      attr(pill.text, "font-size", fitting.toFixed(2));
      attr(pill.text, "y", pill.y + fitting * 0.325);
      attr(pill.fill, "fill-opacity", (0.08 + 0.36 * Math.min(1, Math.abs(value))).toFixed(3));
      attr(pill.root, "aria-label", this.spoken(pill, shown));
      attr(pill.root, "role", "button");
      attr(pill.root, "aria-hidden", null);
      if (!pill.root.hasAttribute("tabindex")) attr(pill.root, "tabindex", -1);
    }
    attr(pill.root, "aria-pressed", isSelected?.(pill.unit) ? "true" : "false");
  }

  empty(pill) {
    Object.assign(pill, { value: null, isChanged: false });
    pill.text.textContent = "";
    for (const name of ["aria-label", "role", "aria-pressed", "tabindex"])
      attr(pill.root, name, null);
    attr(pill.root, "aria-hidden", "true");
  }

  shown(pill) {
    const { session, node } = this;
    return shownNumber(session, node.name, session.beat.t, pill.unit, {
      signed: isSigned(session, node.name),
    });
  }

  spoken(pill, shown) {
    const { session, node } = this;
    const { t } = session.beat;
    const said = `${spokenName(session, node.name, t, pill.unit)}: ${shown}`;
    if (session.view === "gradients") return `dL/d of ${said}`;
    return pill.isChanged ? `${said}, ${this.was(pill)}` : said;
  }

  was({ unit }) {
    const { session, node } = this;
    const before = session.original.values[node.name];
    if (!before) return "changed, was not there";
    const value = before[session.beat.t * session.width(node.name) + unit];
    const options = { signed: isSigned(session, node.name), within: rangeOf(session, node.name) };
    return `changed, was ${show(value, session.digits, options)}`;
  }
}

/** Set an attribute only if it changes; null takes it away. */
export function attr(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** Return the class names that are there, with spaces between them. */
export function classes(...names) {
  return names.filter(Boolean).join(" ");
}

/** The sign in the circle of an operation; the plain ones are drawn, as fonts differ there. */
function sign(mark, x, y) {
  if (mark === "+")
    return svg("path", { class: "rv-sign", d: `M${x - 10} ${y}h20M${x} ${y - 10}v20` });
  if (mark === "⊙")
    return [
      svg("circle", { class: "rv-sign", cx: x, cy: y, r: 10 }),
      svg("circle", { class: "rv-dot", cx: x, cy: y, r: 2.4 }),
    ];
  return svg(
    "text",
    {
      class: "rv-op",
      x,
      y: y + 6.5,
      "font-size": mark.length > 2 ? 20 : 23,
      "text-anchor": "middle",
    },
    mark,
  );
}

/** How large the numbers are, and how wide one is; `letters` are widths in em as measured. */
export class NumberSize {
  constructor(geometry, digits, letters = null) {
    this.letters = letters ?? {};
    this.of = geometry.numberSize;
    this.of = Math.min(this.of, (this.of * ROOM) / this.width(`+0.${"0".repeat(digits)}`));
  }

  width(text) {
    let em = 0;
    for (const letter of text)
      em += this.letters[letter] ?? WIDE[letter] ?? this.letters[0] ?? WIDE.default;
    return em * this.of;
  }
}

/** Measure the letters of numbers in em with a text in the page; null if it is not drawn. */
export function measuredLetters(text) {
  const letters = {};
  text.setAttribute("font-size", 100);
  for (const letter of "0+−.<e") {
    text.textContent = letter.repeat(10);
    letters[letter] = text.getComputedTextLength() / 1000;
  }
  text.textContent = "";
  return letters[0] > 0 ? letters : null;
}
