/**
 * Errors that neither vanish nor explode on their way back (Pascanu, Mikolov & Bengio 2013, equations 9 and
 * 10). With δ_t the derivative of the loss by the pre-activations a_t of plain recurrent units h_t = f(a_t),
 *
 *   Ω = Σ_sequences w/total · mean_t (r_t - 1)²      r_t = ‖δ_{t+1}·Whᵀ ⊙ f'(a_t)‖ / ‖δ_{t+1}‖
 *
 * where w is what a sequence counts in the loss, and the mean is over the steps that an error comes back to.
 * As there, ∂Ω/∂Wh is taken at fixed δ and f': no pass through time of its own, and not the gradient of any
 * function of θ.
 */
import { OptionError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena, type Floats } from "../wasm/memory.ts";
import { countWeight, type DataSpec, type FlatItem } from "../data/item.ts";
import type { Node } from "../graph/graph.ts";
import type { Packing } from "../graph/packing.ts";
import type { Tape } from "../graph/tape.ts";
import type { Batch } from "./batch.ts";

/** Of the inputs of a recurrent node. */
const WH = 3;

/** What a gradient with error flow is of. */
interface FlowShard {
  readonly spec: DataSpec;
  readonly batch: Batch;
  /** What the loss is divided by. */
  readonly total: number;
  /** What Ω counts beside the loss. */
  readonly errorFlow: number;
}

/**
 * g [P] += errorFlow·∂Ω/∂Wh of every plain recurrent layer, after a vjp of the tape. Throws OptionError where
 * a net has none.
 */
export function addErrorFlow(tape: Tape, g: Ptr, { spec, batch, total, errorFlow }: FlowShard): void {
  const layers = tape.graph.nodes.filter(({ op }) => op?.name === "recurrent(rnn)" && !op.whole);
  if (layers.length === 0)
    throw new OptionError(
      `errorFlow is ${errorFlow}, and the net has no plain recurrent layer; want an rnn without leak, ` +
        "forwards in time, or leave it out",
    );
  const shares = Array.from(batch.order, (i) => {
    const weight = countWeight(spec, [batch.items[i] as FlatItem]);
    return (errorFlow * weight) / total;
  });
  for (const layer of layers) addLayer(tape, layer, g, shares);
}

/** One layer. shares: what each sequence counts. */
function addLayer(tape: Tape, { id, inputs }: Node, g: Ptr, shares: readonly number[]): void {
  const { engine, graph, weights } = tape;
  const { kernels: k, memory } = engine;
  const { packing, rows: N, columns: H } = tape.shape(id);
  const parameter = graph.node(inputs[WH]).parameter!;
  const arena = new Arena(memory);
  try {
    const back = arena.reals(N * H); // δ_{t+1}/‖δ_{t+1}‖ at the row of t
    const flow = arena.reals(N * H);
    const scratch = arena.reals(k.gemmTNScratch(H, N));
    const block = { transposed: true, from: 0, columns: H };
    const panel = weights.panels.get(weights, parameter, block);
    const slopes = tape.trace(id, "partials");
    const counts = takeErrors(packing, memory.reals(tape.trace(id, "pre"), N * H), memory.reals(back, N * H));
    k.fill(N * H, 0, flow);
    k.gemmPacked(N, H, H, back, H, panel, flow, H);
    k.mul(N * H, flow, slopes, flow);
    const parts = shares.map((share, b) => (counts[b] > 0 ? share / counts[b] : 0));
    weigh(packing, memory.reals(flow, N * H), parts);
    k.mul(N * H, flow, slopes, flow);
    k.gemmTN(H, H, N, flow, H, back, H, memory.at(g, parameter.offset), H, scratch);
  } finally {
    arena.dispose();
  }
}

/** ‖x‖ of H numbers from a place on. */
function norm(x: Floats, from: number, H: number): number {
  let sum = 0;
  for (let j = from; j < from + H; ++j) sum += x[j] * x[j];
  return Math.sqrt(sum);
}

/** back ← δ_{t+1}/‖δ_{t+1}‖, 0 where there is none; how many steps of each sequence have one. */
function takeErrors({ lengths, offsetAt, steps, rows }: Packing, errors: Floats, back: Floats): Int32Array {
  const H = back.length / rows;
  const counts = new Int32Array(lengths.length);
  back.fill(0);
  for (let t = 1; t < steps; ++t)
    for (let b = 0; b < lengths.length && lengths[b] > t; ++b) {
      const from = (offsetAt[t] + b) * H;
      const to = (offsetAt[t - 1] + b) * H;
      const size = norm(errors, from, H);
      if (size === 0) continue;
      ++counts[b];
      for (let j = 0; j < H; ++j) back[to + j] = errors[from + j] / size;
    }
  return counts;
}

/** flow ← part·2(r-1)/r·flow, r = ‖flow‖, row by row; 0 where r is. */
function weigh({ lengths, offsetAt, rows }: Packing, flow: Floats, parts: readonly number[]): void {
  const H = flow.length / rows;
  for (let b = 0; b < lengths.length; ++b)
    for (let t = 0; t < lengths[b]; ++t) {
      const from = (offsetAt[t] + b) * H;
      const r = norm(flow, from, H);
      const factor = r > 0 ? (2 * parts[b] * (r - 1)) / r : 0;
      for (let j = from; j < from + H; ++j) flow[j] *= factor;
    }
}
