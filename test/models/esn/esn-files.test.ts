/** Files of echo state networks, and calls beside a fit that runs. */
import { describe, expect, test } from "vitest";
import { DataError, DisposedError, esn, OptionError, type Esn } from "../../../src/index.ts";

const wave = Float64Array.from({ length: 400 }, (_, t) => ((t * 7) % 13) / 13 - ((t * 3) % 5) / 10);
const item = { input: wave.subarray(0, -1), target: wave.subarray(1) };
const learned = async (): Promise<Esn> => {
  const net = await esn({ input: 1, output: 1, units: 30, washout: 20, noise: 1e-3, seed: 5 });
  await net.fit([item]);
  return net;
};

describe("a file", () => {
  test("brings back the same bits, in predictions, forecasts and streams", async () => {
    const net = await learned();
    const copy = await esn.load(net.save());
    expect(copy.spec).toEqual(net.spec);
    expect(copy.parameters).toEqual(net.parameters);
    expect(copy.predict([wave])).toEqual(net.predict([wave]));
    expect(copy.forecast(20, { history: wave })).toEqual(net.forecast(20, { history: wave }));
    const [a, b] = [net.stream(), copy.stream()];
    for (const x of wave.subarray(0, 50)) expect(b.step(x)).toEqual(a.step(x));
    net.dispose();
    copy.dispose();
  });

  test("of another kind, or that asks for more than it holds, is refused", async () => {
    const net = await learned();
    const bytes = net.save();
    await expect(esn.load(bytes.subarray(0, 40))).rejects.toThrow(DataError);
    const text = new TextDecoder("latin1").decode(bytes);
    const at =
      text.indexOf('\\"units\\":30') >= 0 ? text.indexOf('\\"units\\":30') : text.indexOf('"units":30');
    expect(at).toBeGreaterThan(0);
    const greedy = bytes.slice();
    greedy.set(new TextEncoder().encode("99"), text.indexOf("30", at));
    await expect(esn.load(greedy)).rejects.toThrow(/esn.load: tensor "readout" has 32 numbers, want 101/);
    net.dispose();
  });

  test("is not made of a net that has not learned", async () => {
    const net = await esn({ input: 1, output: 1, units: 5 });
    expect(() => net.save()).toThrow(/esn.parameters: the readout is not learned yet; call fit first/);
    net.dispose();
  });
});

test("a stream equals predict, step by step and to the bit", async () => {
  const net = await learned();
  const [y] = net.predict([wave]);
  const stream = net.stream();
  wave.forEach((x, t) => expect(stream.step(x)[0]).toBe(y[t]));
  net.dispose();
});

describe("beside a fit", () => {
  const many = Array.from({ length: 200 }, () => item);

  test(
    "the net reads as before, refuses to be written, and the fit's bits are those " + "of one left alone",
    async () => {
      const [net, undisturbed] = [await learned(), await learned()];
      const before = net.predict([wave]);
      let looked = 0;
      const fit = net.fit(many, {
        onProgress: () => {
          ++looked;
          expect(net.predict([wave])).toEqual(before);
          expect(net.forecast(3, { history: wave }).means).toHaveLength(3);
          for (const change of [() => net.clear(), () => net.solve(), () => net.accumulate([item])])
            expect(change).toThrow(OptionError);
        },
      });
      await expect(net.fit([item])).rejects.toThrow(/esn.fit: the model is being trained/);
      await fit;
      await undisturbed.fit(many);
      expect(looked).toBe(4);
      expect(net.parameters).toEqual(undisturbed.parameters);
      net.dispose();
      undisturbed.dispose();
    },
  );

  test("an abort leaves the readout as it was, and a dispose ends the fit by name", async () => {
    const net = await learned();
    const before = net.parameters;
    const controller = new AbortController();
    const stopped = net.fit(many, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(net.parameters).toEqual(before);
    const ended = net.fit(many, { onProgress: () => net.dispose() });
    await expect(ended).rejects.toThrow(DisposedError);
  });
});
