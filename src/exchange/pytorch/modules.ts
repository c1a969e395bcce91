/**
 * Modules of torch.nn out of the names and shapes of a state dict:
 *
 *   nn.LSTM, GRU, RNN   NAME.weight_ih_l0 [G·H,I], weight_hh_l0 [G·H,H], bias_ih_l0, bias_hh_l0 [G·H], for
 *                       each layer _l0 _l1 …, and with _reverse for the direction back
 *   nn.Linear           NAME.weight [O,I], NAME.bias [O]
 *   nn.Embedding        NAME.weight [V,F]
 *   nn.Conv1d           NAME.weight [O,I,width], NAME.bias [O]
 *   nn.LayerNorm        NAME.weight [C], NAME.bias [C]
 */
import { DataError, ShapeError } from "../../wasm/errors.ts";
import { realsOf, type FileTensor } from "../tensor-file.ts";
import type { Matrix } from "../nets/matrix.ts";

/** What a module is. "table": a weight without bias, an embedding or a linear map. */
export type ModuleKind = "lstm" | "gru" | "rnn" | "linear" | "embedding" | "table" | "conv" | "norm";

/** A tensor of a module; a vector is a matrix of one row, kernels [O,I,width] one of O rows. */
export interface ModuleTensor extends Matrix {
  /** 1, 2 or 3. */
  readonly dimensions: number;
  /** The last dimension. */
  readonly last: number;
}

/** A module with its tensors, by the rest of their names. */
export interface Module {
  readonly name: string;
  readonly kind: ModuleKind;
  readonly tensors: ReadonlyMap<string, ModuleTensor>;
  /** Widths of what goes in and comes out; an embedding takes one symbol. */
  readonly input: number;
  readonly output: number;
}

/** Recurrent modules: their layers, and whether they run both ways. */
export interface RecurrentShape {
  readonly units: number;
  readonly layers: number;
  readonly both: boolean;
}

const recurrentName = /^(weight|bias)_(ih|hh|hr)_l(\d+)(_reverse)?$/;
/** Prefix of names of states before the first step, which toPyTorch writes. */
export const INITIAL = "initial.";

/** Tensors by module. */
function grouped(
  who: string,
  tensors: ReadonlyMap<string, FileTensor>,
): Map<string, Map<string, ModuleTensor>> {
  const modules = new Map<string, Map<string, ModuleTensor>>();
  for (const [name, tensor] of tensors) {
    if (name.startsWith(INITIAL)) continue;
    const { shape } = tensor;
    const data = realsOf(tensor);
    const point = name.lastIndexOf(".");
    const role = name.slice(point + 1);
    const module = point < 0 ? "" : name.slice(0, point);
    if (!data)
      throw new DataError(`${who}: "${name}" holds whole numbers, want reals: a module that is not known`);
    if (!/^(weight|bias)$/.test(role) && !recurrentName.test(role))
      throw new DataError(
        `${who}: "${name}" belongs to no nn.LSTM, GRU, RNN, Linear, Embedding, Conv1d or LayerNorm; this ` +
          "library knows no other",
      );
    if (shape.length > 3 || shape.length === 0 || shape.includes(0))
      throw new ShapeError(`${who}: "${name}" is [${shape}], want a vector, a matrix or kernels [O,I,width]`);
    const rows = shape.length === 1 ? 1 : shape[0];
    const columns = data.length / rows;
    const own = modules.get(module) ?? new Map<string, ModuleTensor>();
    modules.set(
      module,
      own.set(role, { rows, columns, data, dimensions: shape.length, last: shape[shape.length - 1] }),
    );
  }
  return modules;
}

/** How the layers of a recurrent module are made. */
export function recurrentShape({ tensors }: Pick<Module, "tensors">): RecurrentShape {
  let layers = 0;
  while (tensors.has(`weight_hh_l${layers}`)) ++layers;
  return { units: tensors.get("weight_hh_l0")!.columns, layers, both: tensors.has("weight_hh_l0_reverse") };
}

/** The shape that each tensor of a recurrent module must have; rows is G·H. */
function recurrentRoles(shape: RecurrentShape, rows: number, inputs: number): Map<string, number[]> {
  const roles = new Map<string, number[]>();
  for (let l = 0; l < shape.layers; ++l)
    for (const way of shape.both ? ["", "_reverse"] : [""])
      for (const side of ["ih", "hh"]) {
        const below = l === 0 ? inputs : (shape.both ? 2 : 1) * shape.units;
        roles.set(`weight_${side}_l${l}${way}`, [rows, side === "hh" ? shape.units : below]);
        roles.set(`bias_${side}_l${l}${way}`, [rows]);
      }
  return roles;
}

function recurrentModule(who: string, name: string, tensors: Map<string, ModuleTensor>): Module {
  const fail = (what: string): never => {
    throw new ShapeError(`${who}: module "${name}": ${what}`);
  };
  if ([...tensors.keys()].some((role) => role.startsWith("weight_hr")))
    throw new DataError(`${who}: module "${name}" has a projection (proj_size), which this library has not`);
  const hh = tensors.get("weight_hh_l0");
  const ih = tensors.get("weight_ih_l0");
  if (!hh || !ih) return fail("weight_ih_l0 or weight_hh_l0 is missing");
  const kind = ([, "rnn", , "gru", "lstm"] as const)[hh.rows / hh.columns];
  if (!kind) return fail(`weight_hh_l0 is [${hh.rows},${hh.columns}], want 1, 3 or 4 times as many rows`);
  const shape = recurrentShape({ tensors });
  const roles = recurrentRoles(shape, hh.rows, ih.columns);
  for (const [role, want] of roles) {
    const got = tensors.get(role);
    const is = got && (got.dimensions === 1 ? [got.columns] : [got.rows, got.columns]);
    if (is ? is.join() !== want.join() : role.startsWith("weight"))
      fail(`${role} is ${is ? `[${is}]` : "missing"}, want [${want}]`);
  }
  const other = [...tensors.keys()].find((role) => !roles.has(role));
  if (other !== undefined) fail(`"${other}" belongs to none of its ${shape.layers} layers`);
  return { name, kind, tensors, input: ih.columns, output: (shape.both ? 2 : 1) * shape.units };
}

function plainModule(who: string, name: string, tensors: Map<string, ModuleTensor>): Module {
  const weight = tensors.get("weight");
  const bias = tensors.get("bias");
  if (!weight) throw new DataError(`${who}: module "${name}" has a bias and no weight: cut file`);
  const isNorm = weight.dimensions === 1;
  const output = isNorm ? weight.columns : weight.rows;
  if (bias && (bias.dimensions !== 1 || bias.columns !== output))
    throw new ShapeError(`${who}: "${name}.bias" is [${bias.rows},${bias.columns}], want [${output}]`);
  if (isNorm) return { name, kind: "norm", tensors, input: output, output };
  if (weight.dimensions === 3)
    return { name, kind: "conv", tensors, input: weight.columns / weight.last, output };
  return { name, kind: bias ? "linear" : "table", tensors, input: weight.columns, output };
}

/** The modules of a state dict, in the order of the file. Throws DataError, ShapeError. */
export function modulesOf(who: string, tensors: ReadonlyMap<string, FileTensor>): Module[] {
  return [...grouped(who, tensors)].map(([name, own]) =>
    [...own.keys()].some((role) => recurrentName.test(role))
      ? recurrentModule(who, name, own)
      : plainModule(who, name, own),
  );
}
