/** How the optional layers are read from a file, and how they become nodes of a graph. */
import { ShapeError } from "../../../wasm/errors.ts";
import { lstmCell } from "../../../cells/lstm.ts";
import { activation } from "../../../ops/activation.ts";
import { add, multiply } from "../../../ops/arithmetic.ts";
import { linear } from "../../../ops/linear.ts";
import { columns } from "../../../ops/optional/columns.ts";
import { attend } from "../../../ops/optional/attend.ts";
import { conv as convolution } from "../../../ops/optional/conv.ts";
import { normalize } from "../../../ops/optional/normalize.ts";
import { pool as pooling } from "../../../ops/optional/pool.ts";
import { softWindow } from "../../../ops/optional/soft-window.ts";
import type { NodeId } from "../../../graph/graph.ts";
import type { Builder } from "../build.ts";
import { constant, normal } from "../initializers.ts";
import type { LayerKind } from "../kinds.ts";
import { dense, readLayer, type Layer } from "../layers.ts";
import * as make from "./layers.ts";
import * as recurrent from "./recurrent-layers.ts";
import * as window from "./soft-window-layer.ts";

/** A kind of one type of layer. */
const kind = <T extends make.OptionalLayer["type"]>(of: {
  read(layer: Omit<Extract<Layer, { type: T }>, "type">): Layer;
  build(b: Builder, layer: Extract<Layer, { type: T }>, name: string, x: NodeId): NodeId;
}): LayerKind => ({
  read: (layer) => {
    const { type: _, ...options } = layer as { type: T };
    return of.read(options as never);
  },
  build(b, layer, name, x) {
    if (b.graph.node(x).data?.symbols)
      throw new ShapeError(`${name}: stands on symbols, want an embedding in front`);
    return of.build(b, layer as Extract<Layer, { type: T }>, name, x);
  },
});

/** A kind of recurrent layer, which may stand on symbols. */
const recurrentKind = <T extends recurrent.OptionalRecurrentLayer["type"]>(
  read: (units: number, options: object) => Extract<Layer, { type: T }>,
): LayerKind => ({
  read(layer) {
    const { type: _, units, ...options } = layer as { type: T; units: number };
    return read(units, options);
  },
  build: (b, layer, name, x) =>
    b.recurrentLayer(layer as recurrent.OptionalRecurrentLayer, name, x, { reverse: false }),
});

/** α̂ and κ̂ before training: ten components together weigh about 1 and move on a symbol in ten steps. */
const WINDOW_START = { weight: -2.3, advance: -2.3 };

/** The layer as nodes: its text comes with each item. */
function buildWindow(b: Builder, layer: window.SoftWindowLayer, name: string, x: NodeId): NodeId {
  const { units: H, symbols: V, length, components: K } = layer;
  const I = b.width(x);
  const C = H + V;
  const text = b.takeInitial(length);
  const Wx = b.parameter(`${name}.Wx`, I, 4 * H, normal(1 / Math.sqrt(I)));
  const Wh = b.parameter(`${name}.Wh`, C, 4 * H, normal(1 / Math.sqrt(C)));
  const bias = b.parameter(`${name}.b`, 1, 4 * H, constant(0));
  b.startAt(H, 2 * H, constant(1));
  const Wq = b.parameter(`${name}.Wq`, H, 3 * K, normal(1 / Math.sqrt(H)));
  const q = b.parameter(`${name}.q`, 1, 3 * K, constant(0));
  b.startAt(0, K, constant(WINDOW_START.weight));
  b.startAt(2 * K, 3 * K, constant(WINDOW_START.advance));
  return b.graph.apply(softWindow(lstmCell()), x, text, Wx, Wh, bias, Wq, q);
}

/** All of them, by type. */
export const layerKinds: Readonly<Record<make.OptionalLayer["type"], LayerKind>> = {
  layerNorm: kind<"layerNorm">({
    read: (options) => make.layerNorm(options),
    build(b, { epsilon }, name, x) {
      const C = b.width(x);
      const g = b.parameter(`${name}.g`, 1, C, constant(1));
      return b.graph.apply(normalize(epsilon), x, g, b.parameter(`${name}.b`, 1, C, constant(0)));
    },
  }),
  residual: kind<"residual">({
    read(options) {
      const { layers } = make.residual(options.layers);
      return make.residual(layers.map((layer, i) => readLayer(`residual: layer ${i + 1}`, layer)));
    },
    build(b, { layers }, name, x) {
      let y = x;
      layers.forEach((layer, i) => {
        y = b.layer(layer, `${name}.${layer.type}${i + 1}`, y);
      });
      const [from, to] = [b.graph.node(x), b.graph.node(y)];
      if (from.columns !== to.columns)
        throw new ShapeError(
          `${name}: the layers give ${to.columns} values a step and stand on ${from.columns}, want as many`,
        );
      return b.graph.apply(add, x, y);
    },
  }),
  conv: kind<"conv">({
    read: (options) => make.conv(options),
    build(b, { units: O, activation: f, ...form }, name, x) {
      const I = b.width(x);
      const W = b.parameter(`${name}.W`, I, form.width * O, normal(1 / Math.sqrt(I * form.width)));
      const z = b.graph.apply(convolution(form), x, W, b.parameter(`${name}.b`, 1, O, constant(0)));
      return f === "identity" ? z : b.graph.apply(activation(f), z);
    },
  }),
  pool: kind<"pool">({
    read: ({ kind: of, width, ...rest }) =>
      make.pool(
        width === undefined && Object.keys(rest).length === 0 ? of : { kind: of, width: width!, ...rest },
      ),
    build: (b, { kind: of, width }, _, x) => b.graph.apply(pooling(of, width), x),
  }),
  feedback: {
    read(described) {
      const { type: _, layer, ...options } = described as make.FeedbackLayer;
      return make.feedback(readLayer("feedback", layer) as make.FeedbackLayer["layer"], options);
    },
    build(b, described, name, x) {
      const { layer, outputs } = described as make.FeedbackLayer;
      const units = b.recurrentLayer(layer, name, x, { reverse: false });
      return b.graph.apply(columns(layer.units - outputs, outputs), units);
    },
  },
  glu: kind<"glu">({
    read: ({ units }) => make.glu(units),
    build(b, { units }, name, x) {
      const gate = b.dense(dense(units, { activation: "logistic" }), `${name}.gate`, x);
      return b.graph.apply(multiply, b.dense(dense(units), name, x), gate);
    },
  }),
  softWindow: kind<"softWindow">({ read: (options) => window.softWindow(options), build: buildWindow }),
  minGru: recurrentKind(recurrent.minGru),
  minLstm: recurrentKind(recurrent.minLstm),
  lru: recurrentKind(recurrent.lru),
  lem: recurrentKind(recurrent.lem),
  slstm: recurrentKind(recurrent.slstm),
  attention: kind<"attention">({
    read: (options) => make.attention(options),
    build(b, { units: A }, name, x) {
      const I = b.width(x);
      const W = b.parameter(`${name}.W`, I, A, normal(1 / Math.sqrt(I)));
      const z = b.graph.apply(linear(), x, W, b.parameter(`${name}.b`, 1, A, constant(0)));
      const v = b.parameter(`${name}.v`, A, 1, normal(1 / Math.sqrt(A)));
      const scores = b.graph.apply(linear({ bias: false }), b.graph.apply(activation("tanh"), z), v);
      return b.graph.apply(attend, x, scores);
    },
  }),
};
