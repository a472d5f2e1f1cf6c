// The wires of the picture: dense ones, those of a vector, and the weights of one neuron in focus.

import { svg } from "./dom.js";
import { arrowHead, pathOf } from "./geometry.js";
import { attr, classes } from "./pills.js";

const MANY = 160; // of dense wires, from which on they are paler, so that they make no pattern
const THINNEST = 2; // of a wire whose weight is 0
const BY_WEIGHT = 4.7; // more for a weight of 1

let wirings = 0; // on this page, for ids

/** Return the name of the matrix of a dense wire: of the target's step that uses the source. */
export function weightName(session, geometry, source, target) {
  const { steps } = geometry.node(target);
  const used = session.variant.steps.find(
    ({ name, args }) => steps.includes(name) && args[0].startsWith("W_") && args[1] === source,
  );
  return used.args[0];
}

/** Return the weight of the wire from unit k of a source to unit j of a target. */
export function weightOf(session, geometry, source, k, target, j) {
  return session.arrays[weightName(session, geometry, source, target)][
    j * session.width(source) + k
  ];
}

/** All wires of a diagram; `under` lies below the nodes, `over` above them. */
export class Wiring {
  constructor(session, geometry) {
    this.session = session;
    this.geometry = geometry;
    this.id = ++wirings;
    const { wires } = geometry.diagram;
    this.dense = wires.filter((wire) => wire.kind === "dense");
    this.count = this.dense.reduce(
      (sum, { source, target }) => sum + geometry.node(source).units * geometry.node(target).units,
      0,
    );
    this.vectors = wires.filter((wire) => wire.kind === "vector").map((wire) => this.vector(wire));
    this.quiet = svg("path", {
      class: "rv-dense",
      ...this.faintly(),
      d: this.dense
        .flatMap((wire) => geometry.fan(wire))
        .map(pathOf)
        .join(""),
    });
    this.fans = this.dense.map((wire) => this.fan(wire));
    this.wired = svg(
      "g",
      { class: "rv-wired" },
      this.vectors.map(({ root }) => root),
    );
    this.under = svg(
      "g",
      { "aria-hidden": "true" },
      this.quiet,
      this.fans.map(({ root }) => root),
      this.wired,
    );
    this.hole = svg("path", { "clip-rule": "evenodd" });
    this.lines = svg("g", { class: "rv-lines", "clip-path": `url(#rv-clip-${this.id})` });
    this.over = svg(
      "g",
      { "aria-hidden": "true" },
      svg("clipPath", { id: `rv-clip-${this.id}` }, this.hole),
      svg(
        "marker",
        {
          id: `rv-back-${this.id}`,
          class: "rv-back",
          markerUnits: "userSpaceOnUse",
          markerWidth: 16,
          markerHeight: 16,
          refX: 1,
          refY: 6,
          orient: "auto",
          overflow: "visible",
        },
        svg("path", { d: "M0 6L13 0V12Z" }),
      ),
      this.lines,
    );
    this.pool = [];
  }

  faintly() {
    return {
      "stroke-width": (0.95 * Math.min(1, Math.sqrt(80 / Math.max(1, this.count)))).toFixed(3),
      "stroke-opacity": this.count <= MANY ? 1 : 0.6,
    };
  }

  vector(wire) {
    const { source, target, points } = wire;
    const leaves = target === "next";
    const tip = points.at(-1);
    const root = svg(
      "g",
      { "data-wire": `${source}>${target}` },
      svg("path", { class: "rv-line", d: pathOf(points) }),
      leaves
        ? svg("path", {
            class: "rv-arrowhead",
            d: arrowHead([tip[0] + 8, tip[1]], points.at(-2), 16),
          })
        : null,
      svg("path", { class: "rv-backhead", d: arrowHead(points[0], points[1], 18) }),
    );
    return { wire, root };
  }

  fan(wire) {
    const lines = this.geometry.fan(wire);
    const width = 2.1 * Math.min(1, Math.sqrt(12 / lines.length));
    const d = lines.map(pathOf).join("");
    const opacity = 0.55 * Math.min(1, Math.sqrt(60 / this.count)); // all together are no wall
    return {
      wire,
      root: svg("path", {
        "data-fan": `${wire.source}>${wire.target}`,
        d,
        "stroke-width": width.toFixed(2),
        "stroke-opacity": opacity.toFixed(3),
      }),
    };
  }

  /** Colour what has brought a value, light what brings one now; see Picture.look. */
  update(look) {
    const { roles } = this.session.variant;
    for (const { wire, root } of this.vectors) {
      const { source, target } = wire;
      const live = look.isWireLive(source, target);
      const state = look.wire(source, target);
      const name = classes(
        "rv-wire",
        `rv-role-${roles[source]}`,
        live && "rv-live",
        live && state,
        look.backward && "rv-backward",
      );
      if (root.getAttribute("class") === name) continue;
      root.setAttribute("class", name);
      if (live && state) this.wired.append(root); // over those that it goes a part of its way with
    }
    for (const { wire, root } of this.fans) {
      const state = look.fan(wire.source, wire.target) && "rv-lit";
      attr(
        root,
        "class",
        classes("rv-fan", `rv-role-${roles[look.backward ? wire.source : wire.target]}`, state),
      );
    }
    this.draw(look.lines(), look.backward);
  }

  /** Draw the weights of some single wires: {source, k, target, j, use}. */
  draw(wanted, backward) {
    const { session, geometry } = this;
    const width = Math.min(1, Math.sqrt(8 / Math.max(1, wanted.length)));
    while (this.pool.length < wanted.length) {
      const line = svg("line");
      this.pool.push(line);
      this.lines.append(line);
    }
    this.pool.forEach((line, place) => {
      const one = wanted[place];
      if (!one) {
        attr(line, "class", "rv-none");
        return;
      }
      const { source, k, target, j } = one;
      const weight = weightOf(session, geometry, source, k, target, j);
      const [[x1, y1], [x2, y2]] = geometry.dense(source, k, target, j);
      for (const [name, value] of Object.entries({ x1, y1, x2, y2 })) attr(line, name, value);
      const sign = weight < 0 ? "rv-negative" : "rv-positive";
      attr(line, "class", classes("rv-weight", sign, one.use && "rv-use"));
      attr(
        line,
        "stroke-width",
        ((THINNEST + BY_WEIGHT * Math.min(1, Math.abs(weight))) * width).toFixed(2),
      );
      attr(line, "data-wire", `${source}[${k}]>${target}[${j}]`);
      attr(line, "marker-start", backward ? `url(#rv-back-${this.id})` : null);
    });
    this.cut(new Set(wanted.flatMap(({ source, target }) => [source, target])));
  }

  /** Let single wires pass behind the stacks that are at neither of their ends. */
  cut(ends) {
    const { geometry } = this;
    const [x, y, width, height] = geometry.viewBox();
    const others = geometry.diagram.nodes
      .filter(({ name }) => !ends.has(name))
      .map(({ name }) => geometry.frame(name));
    const box = (left, top, right, bottom) => `M${left} ${top}H${right}V${bottom}H${left}Z`;
    const frames = others.map(({ left, top, right, bottom }) => box(left, top, right, bottom));
    attr(this.hole, "d", box(x, y, x + width, y + height) + frames.join(""));
  }
}
