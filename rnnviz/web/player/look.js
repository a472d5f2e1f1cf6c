// What a beat, or the number that is looked into, does to the picture: known, lit, marked, drawn.

/** Computed anew whenever the picture is updated; it knows no element. */
export class Look {
  constructor(session, geometry) {
    this.session = session;
    this.geometry = geometry;
    this.beat = session.beat;
    this.backward = session.view === "gradients";
    this.flows = new Set(
      this.beat.flows.map(([from, to]) => (this.backward ? `${to}>${from}` : `${from}>${to}`)),
    );
    this.chosen = this.selection();
    this.marks = this.marked();
  }

  isLive(name) {
    return this.session.isKnown(name);
  }

  /** Whether something goes along the wire of a vector, or has gone. */
  isWireLive(source, target) {
    if (!this.isLive(source)) return false;
    return target === "next" ? !this.backward || this.arrives(source) : this.isLive(target);
  }

  /** Whether a gradient comes to a node from the next timestep or from the loss. */
  arrives(name) {
    const { beats, beat } = this.session;
    const made = beats.find(({ t, key }) => t === beat.t && key === name);
    return !made || made.flows.some(([from, to]) => from === "next" && to === name);
  }

  /** The node and the unit of the selected number, if it is in the picture of this beat. */
  selection() {
    const { selected } = this.session;
    if (!selected || selected.t !== this.beat.t) return null;
    const { nodes } = this.geometry.diagram;
    const node =
      nodes.find(({ name }) => name === selected.name) ??
      nodes.find(({ steps }) => steps.includes(selected.name));
    if (!node || !this.isLive(node.name) || !this.session.shown(node.name).includes(selected.unit))
      return null;
    return { name: node.name, unit: selected.unit };
  }

  /** Wires into what is selected, and out of it, between what is known. */
  wiresOf({ name }) {
    const { wires } = this.geometry.diagram;
    const known = wires.filter(
      ({ source, target }) => this.isLive(source) && target !== "next" && this.isLive(target),
    );
    return [
      known.filter(({ target }) => target === name),
      known.filter(({ source }) => source === name),
    ];
  }

  marked() {
    const marks = new Map();
    if (!this.chosen) return marks;
    const { name, unit } = this.chosen;
    const [into, out] = this.wiresOf(this.chosen);
    const mark = (other, kind, word) => {
      for (const k of kind === "dense" ? this.session.shown(other) : [unit])
        marks.set(`${other} ${k}`, word);
    };
    for (const { target, kind } of out) mark(target, kind, "rv-use");
    for (const { source, kind } of into) mark(source, kind, "rv-operand");
    marks.set(`${name} ${unit}`, "rv-selected");
    return marks;
  }

  mark(name, unit) {
    return this.marks.get(`${name} ${unit}`);
  }

  isLit(name) {
    return this.beat.lights.includes(name);
  }

  /** The classes of the wire of a vector, beside its hue. */
  wire(source, target) {
    if (!this.chosen) return this.flows.has(`${source}>${target}`) ? "rv-lit" : null;
    if (target === this.chosen.name) return "rv-lit";
    return source === this.chosen.name && target !== "next" ? "rv-lit rv-use" : null;
  }

  /** Whether the wire between a node's circle and its frame is lit. */
  stub(name) {
    if (this.chosen) return name === this.chosen.name;
    return this.geometry.diagram.wires.some(
      ({ source, target, kind }) =>
        target === name && kind === "vector" && this.flows.has(`${source}>${target}`),
    );
  }

  /** Whether a dense wire is lit as a whole: none is in focus, and it brings values now. */
  fan(source, target) {
    if (this.chosen || this.focus || !this.flows.has(`${source}>${target}`)) return false;
    return this.isLive(source) && this.isLive(target);
  }

  /** The neuron whose weights are drawn: of what it weighs, or backwards of what weighs it. */
  get focus() {
    const { beat, session } = this;
    const isLone = this.backward && beat.lights.length === 1;
    const name = isLone && this.isWeighed(beat.lights[0]) ? beat.lights[0] : beat.focus;
    return name && { name, unit: session.focusUnit };
  }

  isWeighed(name) {
    return this.geometry.diagram.wires.some(
      ({ source, kind }) => source === name && kind === "dense",
    );
  }

  /** The wires of single weights: {source, k, target, j, use}. */
  lines() {
    const center = this.chosen ?? this.focus;
    if (!center) return [];
    const [into, out] = this.wiresOf(center).map((wires) =>
      wires.filter(({ kind }) => kind === "dense"),
    );
    const lines = [];
    const { name, unit } = center;
    if (this.chosen || !this.backward)
      for (const { source } of into)
        for (const k of this.session.shown(source))
          lines.push({ source, k, target: name, j: unit, use: false });
    if (this.chosen || this.backward)
      for (const { target } of out)
        for (const j of this.session.shown(target))
          lines.push({ source: name, k: unit, target, j, use: Boolean(this.chosen) });
    return lines;
  }
}
