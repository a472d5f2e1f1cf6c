// The exported steps of a cell, run over a sequence and backwards through it, in float64.
//
// A port of ops.py, evaluation.py and sweep.py in their plainest form; tests hold it to them. Each
// operand is a slot: its numbers, those of dL/d of it, and `at`, where the current timestep lies. A
// parameter has one place for all timesteps (stride 0), so its gradient adds up over them.

/**
 * The op table: `forward` fills a slot, `vjp` adds dL/d of it to dL/d of the operands; `of` is the
 * function of one number and `slope` its derivative, from the value and the number.
 */
export const OPS = {
  linear: {
    forward(out, weight, v, bias) {
      multiply(out, weight, v);
      const y = out.value;
      for (let j = 0; j < out.width; j++) y[out.at + j] += bias.value[j];
    },
    vjp(out, weight, v, bias) {
      multiplyBack(out, weight, v);
      const grad = out.grad;
      for (let j = 0; j < out.width; j++) bias.grad[j] += grad[out.at + j];
    },
  },
  matmul: { forward: multiply, vjp: multiplyBack },
  add: sumOf(2),
  add3: sumOf(3),
  mul: {
    forward(out, a, b) {
      for (let k = 0; k < out.width; k++)
        out.value[out.at + k] = a.value[a.at + k] * b.value[b.at + k];
    },
    vjp(out, a, b) {
      for (let k = 0; k < out.width; k++) {
        const grad = out.grad[out.at + k];
        a.grad[a.at + k] += grad * b.value[b.at + k];
        b.grad[b.at + k] += grad * a.value[a.at + k];
      }
    },
  },
  one_minus: elementwise((v) => 1 - v, () => -1),
  // beyond float's exp it is 1 / Infinity, the right 0
  sigmoid: elementwise((v) => 1 / (1 + Math.exp(-v)), (s) => s * (1 - s)),
  tanh: elementwise(Math.tanh, (t) => 1 - t * t),
  relu: elementwise((v) => (v > 0 ? v : 0), (_, v) => (v > 0 ? 1 : 0)),
};

/** Return the values by name, row by row, and the states after the last timestep. */
export function run(variant, arrays, { T, I, H }) {
  const values = {};
  for (const name of variant.inputs) values[name] = arrays[name];
  // a state and what replaces it are the same numbers, one timestep apart
  const slabs = variant.states.map((state) => {
    const slab = new Float64Array((T + 1) * H);
    slab.set(arrays[state]);
    values[state] = slab.subarray(0, T * H);
    return slab;
  });
  for (const { name } of variant.steps) {
    const place = variant.next_state.indexOf(name);
    values[name] = place < 0 ? new Float64Array(T * H) : slabs[place].subarray(H);
  }
  const program = programOf(variant, slotsOf(variant, arrays, values, null, I, H));
  for (let t = 0; t < T; t++) {
    for (const { op, out, args, all } of program) {
      for (const slot of all) slot.at = t * slot.stride;
      op.forward(out, args[0], args[1], args[2]);
    }
  }
  const final = variant.states.map((state, k) => [state, slabs[k].slice(T * H)]);
  return { values, final: Object.fromEntries(final) };
}

/**
 * Return dL/d of every value, of the initial states and of the parameters, as Trace.backward does:
 * that of h is the whole of dL/dh_t, that of h_prev the part that goes through timestep t.
 */
export function backward(variant, arrays, result, loss, { T, I, H }) {
  const zeros = (array) => new Float64Array(array.length);
  const grads = {};
  for (const [name, array] of Object.entries(result.values)) grads[name] = zeros(array);
  const params = Object.fromEntries(variant.params.map((name) => [name, zeros(arrays[name])]));
  const slots = slotsOf(variant, arrays, result.values, { ...grads, ...params }, I, H);
  const program = programOf(variant, slots).reverse();
  for (let t = T - 1; t >= 0; t--) {
    variant.next_state.forEach((name, place) => {
      const state = variant.states[place];
      const whole = grads[name].subarray(t * H, (t + 1) * H);
      if (!isCut(t + 1, T, loss.truncate))
        whole.set(grads[state].subarray((t + 1) * H, (t + 2) * H));
      const outside = outsideOf(loss, name, state, t, T, H);
      for (const given of outside) for (let k = 0; k < H; k++) whole[k] += given[k];
    });
    for (const { op, out, args, all } of program) {
      for (const slot of all) slot.at = t * slot.stride;
      op.vjp(out, args[0], args[1], args[2]);
    }
  }
  const states = variant.states.map((state) => [state, grads[state].slice(0, H)]);
  return { values: grads, states: Object.fromEntries(states), params };
}

/** Whether no gradient passes from timestep t, counted from 0, to the one before it. */
export function isCut(t, T, truncate) {
  return t === T || (Boolean(truncate) && t % truncate === 0);
}

/** Return what the loss itself gives to dL/d of a new state at t: none to two vectors. */
export function outsideOf(loss, name, state, t, T, H) {
  const given = [];
  if (name === "h") given.push(loss.h.subarray(t * H, (t + 1) * H));
  if (t === T - 1 && loss.final[state]) given.push(loss.final[state]);
  return given;
}

function slotsOf(variant, arrays, values, grads, I, H) {
  const slots = {};
  for (const [name, value] of Object.entries(values)) {
    const width = variant.inputs.includes(name) ? I : H;
    slots[name] = { value, grad: grads?.[name], width, stride: width, at: 0 };
  }
  for (const name of variant.params)
    slots[name] = { value: arrays[name], grad: grads?.[name], width: H, stride: 0, at: 0 };
  return slots;
}

function programOf(variant, slots) {
  return variant.steps.map((step) => {
    const out = slots[step.name];
    const args = step.args.map((arg) => slots[arg]);
    return { op: OPS[step.op], out, args, all: [out, ...args] };
  });
}

/** out = weight v; four rows at a time, which share each number of v. */
function multiply(out, weight, v) {
  const { value: x, width, at } = v;
  const w = weight.value;
  const y = out.value;
  let j = 0;
  for (; j + 3 < out.width; j += 4) {
    const p = j * width, q = p + width, r = q + width, s = r + width;
    let a = 0, b = 0, c = 0, d = 0;
    for (let k = 0; k < width; k++) {
      const shared = x[at + k];
      a += w[p + k] * shared;
      b += w[q + k] * shared;
      c += w[r + k] * shared;
      d += w[s + k] * shared;
    }
    y[out.at + j] = a;
    y[out.at + j + 1] = b;
    y[out.at + j + 2] = c;
    y[out.at + j + 3] = d;
  }
  for (; j < out.width; j++) {
    let a = 0;
    for (let k = 0; k < width; k++) a += w[j * width + k] * x[at + k];
    y[out.at + j] = a;
  }
}

/** Add weightᵀ dL/d out to that of v, and dL/d out vᵀ to that of the weight. */
function multiplyBack(out, weight, v) {
  const { value: x, grad: sink, width, at } = v;
  const w = weight.value;
  const toWeight = weight.grad;
  let j = 0;
  for (; j + 3 < out.width; j += 4) {
    const p = j * width, q = p + width, r = q + width, s = r + width;
    const a = out.grad[out.at + j];
    const b = out.grad[out.at + j + 1];
    const c = out.grad[out.at + j + 2];
    const d = out.grad[out.at + j + 3];
    for (let k = 0; k < width; k++)
      sink[at + k] += a * w[p + k] + b * w[q + k] + (c * w[r + k] + d * w[s + k]);
    for (let k = 0; k < width; k++) {
      const shared = x[at + k];
      toWeight[p + k] += a * shared;
      toWeight[q + k] += b * shared;
      toWeight[r + k] += c * shared;
      toWeight[s + k] += d * shared;
    }
  }
  for (; j < out.width; j++) {
    const grad = out.grad[out.at + j];
    for (let k = 0; k < width; k++) {
      sink[at + k] += grad * w[j * width + k];
      toWeight[j * width + k] += grad * x[at + k];
    }
  }
}

function sumOf(count) {
  return {
    forward(out, a, b, c) {
      for (let k = 0; k < out.width; k++) {
        const two = a.value[a.at + k] + b.value[b.at + k];
        out.value[out.at + k] = count === 2 ? two : two + c.value[c.at + k];
      }
    },
    vjp(out, a, b, c) {
      for (let k = 0; k < out.width; k++) {
        const grad = out.grad[out.at + k];
        a.grad[a.at + k] += grad;
        b.grad[b.at + k] += grad;
        if (count === 3) c.grad[c.at + k] += grad;
      }
    },
  };
}

function elementwise(of, slope) {
  return {
    of,
    slope,
    forward(out, a) {
      for (let k = 0; k < out.width; k++) out.value[out.at + k] = of(a.value[a.at + k]);
    },
    vjp(out, a) {
      for (let k = 0; k < out.width; k++) {
        const y = out.value[out.at + k];
        a.grad[a.at + k] += out.grad[out.at + k] * slope(y, a.value[a.at + k]);
      }
    },
  };
}
