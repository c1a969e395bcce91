/** The order of modules that a state dict does not say, where their widths leave only one. */
import { DataError, OptionError } from "../../wasm/errors.ts";
import type { Module } from "./modules.ts";

/** Modules up to which all orders are tried. */
const MAX_MODULES = 8;

/** A module at its place, with "table" decided. */
export type Placed = Module & { readonly kind: Exclude<Module["kind"], "table"> };

/** A lone weight [V,F] as the embedding it may be: its tensor lies as ours does. */
export const asEmbedding = (module: Module): Placed => ({
  ...module,
  kind: "embedding",
  input: 1,
  output: module.input,
});

/** What a module may be as the first of a chain, or behind one. */
function forms(module: Module, first: boolean): Placed[] {
  const { kind } = module;
  if (kind !== "table") return [module as Placed];
  const linear: Placed = { ...module, kind: "linear" };
  return first ? [asEmbedding(module), linear] : [linear];
}

/** All orders in which widths fit, up to `most` of them. */
function orders(modules: readonly Module[], limit: number): Placed[][] {
  const found: Placed[][] = [];
  const go = (chain: Placed[], left: readonly Module[]): void => {
    if (found.length >= limit) return;
    if (left.length === 0) found.push(chain);
    for (const module of left)
      for (const form of forms(module, chain.length === 0))
        if (chain.length === 0 || chain[chain.length - 1].output === form.input)
          go(
            [...chain, form],
            left.filter((other) => other !== module),
          );
  };
  go([], modules);
  return found;
}

/** An embedding in front explains a lone weight better than a linear map without bias does. */
function preferred(chains: Placed[][]): Placed[][] {
  const embedded = chains.filter(([first]) => first.kind === "embedding");
  return embedded.length === 1 ? embedded : chains;
}

/** The numbers in names as nn.Sequential gives them. */
const places = (modules: readonly Module[]): number[] =>
  modules.map(({ name }) => Number(/(?:^|\.)(\d+)$/.exec(name)?.[1] ?? NaN));

const line = (chain: readonly Module[]): string => chain.map(({ name }) => `"${name}"`).join(", ");

/**
 * The modules in order. Throws DataError where no order fits, OptionError where several do, or where an
 * activation that no tensor tells of may stand between modules.
 */
export function orderOf(who: string, modules: readonly Module[]): Placed[] {
  const remedy = `say the order: description.layers = [${line(modules)}], with activations`;
  const conv = modules.find(({ kind }) => kind === "conv");
  if (conv)
    throw new OptionError(
      `${who}: "${conv.name}" is a Conv1d, and no tensor says its stride, dilation, padding and activation` +
        "; want description.layers, with { module, stride, dilation, causal, activation }",
    );
  if (modules.length > MAX_MODULES)
    throw new OptionError(`${who}: ${modules.length} modules in more orders than can be tried; ${remedy}`);
  let chains = preferred(orders(modules, 64));
  if (chains.length === 0)
    throw new DataError(`${who}: the widths of modules ${line(modules)} fit together in no order; ${remedy}`);
  const numbers = places(modules);
  if (chains.length > 1 && numbers.every(Number.isInteger))
    chains = preferred(
      chains.filter((chain) => places(chain).every((n, i, all) => i === 0 || all[i - 1] < n)),
    );
  if (chains.length !== 1)
    throw new OptionError(`${who}: modules ${line(modules)} fit together in several orders; ${remedy}`);
  const hidden = chains[0].slice(0, -1).find(({ kind }) => kind === "linear");
  if (hidden)
    throw new OptionError(
      `${who}: "${hidden.name}" is a Linear with modules behind it, and no tensor says its activation; ` +
        `want ` +
        `description.layers = [${line(chains[0])}], each or { module, activation }`,
    );
  return chains[0];
}
