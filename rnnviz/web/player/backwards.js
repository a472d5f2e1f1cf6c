// The gradient view's data: the walk backwards, what is said of it, and what a gradient is made of.
//
// The gradient of h is the whole of dL/dh_t, from the loss and through all later timesteps; that of
// the old h is the part that goes through timestep t, which timestep t − 1 then adds to its own.

import { MATRIX, derivative, gradientAt, partThrough, slopeFactor, usersOf } from "./chain.js";
import { OPS, isCut, outsideOf } from "./evaluate.js";
import { MINUS, exactProduct, exactSum, relation, show } from "./numbers.js";
import { subscript, unitName } from "./words.js";
import { notation, stepOf } from "./worked.js";

// What a gradient is made of

/**
 * Return the parts of dL/d of one unit of a value: [{via, t, factors, value}], which add up to it.
 *
 * `via` is the step that uses the value, at timestep t, or "outside" for the loss itself. Factors
 * are [label, value, place, range]; place is {name, t, unit, view}, {address} or null. The part
 * through a matrix product has `terms` instead, one a unit of the product: {left, right, value},
 * the sides with label, value and place.
 */
export function gradientParts(session, name, t, unit) {
  const { variant, loss, T, H } = session;
  const parts = [];
  const state = variant.states[variant.next_state.indexOf(name)];
  if (state) {
    const given = outsideOf(loss, name, state, t, T, H);
    const value = given.reduce((sum, vector) => sum + vector[unit], 0);
    parts.push({ via: "outside", t, factors: [], value });
    if (!isCut(t + 1, T, loss.truncate))
      for (const step of usersOf(session, state))
        parts.push(partThrough(session, step, state, t + 1, unit));
  }
  for (const step of usersOf(session, name))
    parts.push(partThrough(session, step, name, t, unit));
  return parts;
}

// The walk

/** Return the beats of the backward pass, from the last timestep to the first. */
export function gradientBeats(session) {
  const { nodes } = session.variant.diagram;
  const timestep = [...nodesBack(session), whatGoesOut(session)];
  const beats = [];
  for (let t = session.T - 1; t >= 0; t--)
    for (const beatAt of timestep) beats.push(beatAt(t));
  const lights = nodes.map((node) => node.name);
  beats.push({ ...backwardBeat(0, "recap", { title: "Recap", lights }), id: "recap" });
  return beats;
}

/** Return a function from a timestep to its beat, for each node from the last to the first. */
function nodesBack(session) {
  const { diagram, walks } = session.variant;
  const keys = walks.full.later.map((index) => session.record.beats[index].key);
  return keys.filter((key) => key !== "in").reverse().map((name) => {
    const node = diagram.nodes.find((one) => one.name === name);
    const title = `Gradient of ${plainName(session, name)}`;
    const here = waysHere(session, name);
    const flows = flowsBack(session, [name]);
    return (t) => {
      const ways = [...waysFromAfter(session, name, t), ...here];
      const comes = ways.length > here.length;
      return backwardBeat(t, name, {
        title,
        lead: leadTo(session, node, ways),
        equation: name,
        lights: [name],
        flows: flows.filter(([from]) => from !== "next" || comes),
        reveals: [...node.steps],
      });
    };
  });
}

function whatGoesOut(session) {
  const given = [...session.variant.inputs, ...session.variant.states];
  const names = given.map((name) => plainName(session, name));
  const lead = `Back to what came in: ${enumerated(names)}.`;
  const flows = flowsBack(session, given);
  const fields = { title: "What goes out", lead, lights: given, flows, reveals: given };
  return (t) => backwardBeat(t, "in", fields);
}

/** Return the wires that leave these nodes, the other way round. */
function flowsBack(session, names) {
  const { wires } = session.variant.diagram;
  return wires.filter(({ source }) => names.includes(source)).map((w) => [w.target, w.source]);
}

function backwardBeat(t, key, fields) {
  const blank = { lead: "", told: "", equation: "", lights: [], flows: [], reveals: [] };
  return { ...blank, id: `t${t + 1}.${key}`, key, t, focus: null, backward: true, ...fields };
}

/** Return by which ways a gradient comes to a new state from the loss and from t + 1, if any. */
function waysFromAfter(session, name, t) {
  const { variant, loss, T, H } = session;
  const ways = [];
  const state = variant.states[variant.next_state.indexOf(name)];
  if (!state) return ways;
  const given = outsideOf(loss, name, state, t, T, H);
  if (given.some((vector) => vector.some((value) => value !== 0)))
    ways.push({ isOutside: true, said: "the loss" });
  if (!isCut(t + 1, T, loss.truncate)) ways.push({ said: `t = ${t + 2}` });
  return ways;
}

/** Return by which ways it comes from what uses the value in its own timestep. */
function waysHere(session, name) {
  return usersOf(session, name).map((step) => {
    const [first] = step.args;
    if (first.startsWith("p_")) return { step, said: `${first.slice(2)}'s peephole` };
    return { step, said: step.op === "tanh" ? "tanh" : plainName(session, step.name) };
  });
}

function leadTo(session, node, ways) {
  const inner = activationIn(session, node);
  const then = inner ? `, then through ${inner.sign}.` : ".";
  const named = plainName(session, node.name);
  if (ways.length === 0) return `Nothing comes back to ${named} here.`;
  if (ways.length > 1) return `Added: what comes from ${saidTogether(ways)}${then}`;
  const [{ step, isOutside, said }] = ways;
  if (isOutside) return `The loss reaches ${named}${then}`;
  if (!step) return `Back from ${said} to ${named}${then}`;
  return passedOn(session, step, node.name) + then;
}

/** Return in a few words what a step does to a gradient on its way to an operand. */
function passedOn(session, { op, args }, name) {
  if (op === "mul") {
    const other = args.find((arg) => arg !== name);
    return `Back through ⊙: times ${plainName(session, other)}`;
  }
  if (MATRIX.includes(op)) return `Back through ${args[0]}: weighed by its columns`;
  const rules = {
    sigmoid: `times σ(1 ${MINUS} σ)`,
    tanh: `times 1 ${MINUS} tanh²`,
    relu: "times 1 or 0",
  };
  if (!rules[op]) return "A sum passes it on as it is";
  return `Back through ${activationSign(session, op)}: ${rules[op]}`;
}

/** Return the activation that a node holds beside its own value's sum, or null. */
function activationIn(session, node) {
  const step = stepOf(session, node.name);
  if (!OPS[step.op].slope || !node.steps.includes(step.args[0])) return null;
  return { step, sum: step.args[0], sign: activationSign(session, step.op) };
}

function activationSign(session, op) {
  return notation(session, op, [""]).replace("()", "");
}

/** Return what a value is called, without a unit: "old c", "f ⊙ old c". */
function plainName(session, name) {
  if (session.variant.params.includes(name)) return name;
  const plain = unitName(session, name, 0).replaceAll(subscript(0), "");
  return /^(sum|\w+ part) /.test(plain) ? `the ${plain}` : plain;
}

function saidTogether(ways) {
  return enumerated(ways.map((way) => way.said));
}

function enumerated(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

// What is said

/** Return the caption of a beat of the backward pass, with the numbers of the first unit shown. */
export function gradientCaption(session, beat) {
  const unit = session.units[0];
  const end = session.units.length > 2 ? ", …" : ".";
  if (beat.key === "recap") return `Back at the start: ${initialStates(session, unit)}${end}`;
  if (beat.key === "in") return `${wentOut(session, beat.t, unit)}${end}`;
  const node = session.variant.diagram.nodes.find((one) => one.name === beat.key);
  const inner = activationIn(session, node);
  const isFirst = beat.t === session.T - 1 && beat.key === session.variant.next_state[0];
  const made = madeOf(session, beat.key, beat.t, unit, !inner && !isFirst);
  const before = inner ? beforeActivation(session, inner, beat.t, unit) : "";
  return `${isFirst ? `${session.loss.said}: ` : ""}${made}${before}${end}`;
}

function shownGradient(session, name, t, unit) {
  return show(gradientAt(session, name, t, unit), session.digits);
}

function shownFactor(session, [, value, , range]) {
  return show(value, session.digits, { within: range });
}

function wrapNegative(text) {
  return text.startsWith(MINUS) ? `(${text})` : text;
}

/** Return how one gradient comes about; with `saysWays` also from where the terms of a sum are. */
function madeOf(session, name, t, unit, saysWays) {
  const label = derivative(unitName(session, name, unit));
  const result = shownGradient(session, name, t, unit);
  const ways = [...waysFromAfter(session, name, t), ...waysHere(session, name)];
  if (ways.length === 0) return `${label} = ${result}`;
  const parts = gradientParts(session, name, t, unit);
  const valueOf = ({ step, isOutside }) => {
    if (isOutside) return parts.find((part) => part.via === "outside").value;
    if (step) return parts.find((part) => part.via === step.name && part.t === t).value;
    return parts.reduce((sum, part) => sum + (part.t > t ? part.value : 0), 0);
  };
  if (ways.length > 1) {
    const texts = ways.map((way) => show(valueOf(way), session.digits));
    const sum = texts.map((text, k) => (k ? wrapNegative(text) : text)).join(" + ");
    const from = saysWays ? `, from ${saidTogether(ways)}` : "";
    return `${label}: ${sum} ${relation(exactSum(texts), result)} ${result}${from}`;
  }
  const [{ step, said }] = ways;
  if (!step) return `${label} = ${result}${saysWays ? `, from ${said}` : ""}`;
  const part = parts.find((one) => one.via === step.name);
  if (part.terms) return `${label} = ${result}, by column ${unit + 1} of ${step.args[0]}`;
  if (part.factors.length === 1) return `${label} = ${part.factors[0][0]} = ${result}`;
  const texts = part.factors.map((factor) => shownFactor(session, factor));
  return `${label}: ${timesLine(texts, result)}`;
}

function timesLine([left, right], result) {
  const sign = relation(exactProduct(left, right), result);
  return `${left} × ${wrapNegative(right)} ${sign} ${result}`;
}

function beforeActivation(session, { step, sum, sign }, t, unit) {
  const left = shownGradient(session, step.name, t, unit);
  const right = shownFactor(session, slopeFactor(session, step, sum, t, unit));
  return `; before ${sign}: ${timesLine([left, right], shownGradient(session, sum, t, unit))}`;
}

function wentOut(session, t, unit) {
  const input = session.inputs[0];
  const x = `dL/dx${subscript(input)} = ${shownGradient(session, "x", t, input)}`;
  if (t === 0) return `${x}, ${initialStates(session, unit)}`;
  const isEnd = isCut(t, session.T, session.loss.truncate);
  if (isEnd) return `${x}; cut here: nothing goes on to t = ${t}`;
  const states = session.variant.states.map((state) => {
    const old = unitName(session, state, unit).replace("old ", "");
    return `${shownGradient(session, state, t, unit)} to ${old}`;
  });
  return `${x}; on to t = ${t}: ${states.join(", ")}`;
}

function initialStates(session, unit) {
  const said = session.variant.states.map((state) => {
    const label = unitName(session, state, unit).replace("old", "initial");
    return `${derivative(label)} = ${shownGradient(session, state, 0, unit)}`;
  });
  return said.join(", ");
}
