/** Weights of one reader for another. */
import { afterAll, expect, test } from "vitest";
import { adoptForwards } from "../../src/handwriting/adopt.ts";
import { inkWidth, type InkInput } from "../../src/handwriting/input.ts";
import { handwritingLayers, type HandwritingNet } from "../../src/handwriting/nets.ts";
import { network, type Network } from "../../src/index.ts";

const nets: Network[] = [];
afterAll(() => nets.forEach((net) => net.dispose()));

async function make(name: HandwritingNet, input: InkInput, alphabet: string): Promise<Network> {
  const layers = handwritingLayers(name, { classes: alphabet.length + 1, drop: 0.1, ahead: input.ahead });
  const notes = { script: { input, alphabet } };
  const net = await network({ input: inkWidth(input), layers, loss: "ctc", notes });
  nets.push(net);
  return net;
}
const matrix = (net: Network, name: string): Float32Array | Float64Array =>
  net.parameters.find((one) => one.name === name)!.data;

test("a net that reads forwards begins with forward halves, and sees nothing ahead at first", async () => {
  const both = await make("hierarchical", { kind: "running", join: 1 }, "abcd");
  const live = await make("live", { kind: "running", join: 2, ahead: 3 }, "db");
  adoptForwards(live, both);
  for (const name of ["Wx", "Wh", "b", "state"]) {
    const [below, above] = ["1", "5"].map((layer) => matrix(live, `lstm${layer}.${name}`));
    expect(below).toEqual(matrix(both, `bidirectional2.forward.${name}`));
    expect(above).toEqual(matrix(both, `bidirectional6.forward.${name}`));
  }
  const row = (net: Network, name: string, size: number, i: number): number[] => [
    ...matrix(net, name).subarray(i * size, (i + 1) * size),
  ];
  for (let unit = 0; unit < 48; ++unit) {
    for (let ahead = 0; ahead < 3; ++ahead)
      expect(row(live, "dense4.W", 64, 48 * ahead + unit).every((w) => w === 0)).toBe(true);
    expect(row(live, "dense4.W", 64, 48 * 3 + unit)).toEqual(row(both, "dense5.W", 64, 96 + unit));
    expect(row(live, "dense4.W", 64, 48 * 4 + unit)).toEqual(row(both, "dense5.W", 64, unit));
  }
  const [a, b] = [row(live, "dense7.W", 3, 71), row(both, "dense8.W", 5, 71)];
  expect(a).toEqual([b[3], b[1], b[4]]);
});

test("a net that is no half of the other is refused, and stays as it was", async () => {
  const live = await make("live", { kind: "running", ahead: 1 }, "ab");
  const graves = await make("graves", { kind: "running" }, "ab");
  const before = matrix(live, "lstm1.Wx").slice();
  expect(() => adoptForwards(live, graves)).toThrow("want one of --net hierarchical");
  expect(matrix(live, "lstm1.Wx")).toEqual(before);
});
