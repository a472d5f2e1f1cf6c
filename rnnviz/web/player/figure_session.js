// Where a player of a figure is: which beat, and who wants to know.

const FORMAT = "rnnviz-figure";
const SCHEMA = 1;

export class FigureSession {
  constructor(record) {
    if (record.format !== FORMAT || record.schema !== SCHEMA)
      throw new Error(
        `record: wanted ${FORMAT} with schema ${SCHEMA}, ` +
          `got ${record.format} with schema ${record.schema}`,
      );
    this.record = record;
    this.beats = record.beats;
    this.index = 0;
    this.listeners = [];
  }

  get beat() {
    return this.beats[this.index];
  }

  /** The beat before this one; an empty one before the first. */
  get before() {
    return this.beats[this.index - 1] ?? { marks: [] };
  }

  /** Go to a beat, by its place. */
  go(index) {
    if (index === this.index) return;
    this.index = index;
    for (const listener of this.listeners) listener();
  }

  /** Call `listener` after another beat was gone to, the only thing that changes here. */
  on(type, listener) {
    if (type === "beat") this.listeners.push(listener);
  }
}

export const beatAddress = (session) => session.beat.id;

/** Go to the beat with this id, if there is one. */
export function visitBeat(session, id) {
  const index = session.beats.findIndex((beat) => beat.id === id);
  if (index >= 0) session.go(index);
}
