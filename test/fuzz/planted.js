/** Faults on purpose, one of each kind, at the fifth input: the fuzzer must find them. */

/** A target that does no harm but at input 4. */
const planted = (harm) => ({
  make: (random, i) => i,
  size: () => 8,
  run: (i) => (i === 4 ? harm() : i),
  unsound: (i) => (i === "wrong" ? "a wrong answer" : undefined),
});

const kept = [];

export const plantedFaults = {
  "planted foreign": planted(() => {
    throw new TypeError("not of this library");
  }),
  "planted unsound": planted(() => "wrong"),
  "planted memory": planted(() => kept.push(new Uint8Array(100 * 2 ** 20).fill(1))),
  "planted hang": planted(() => {
    for (;;);
  }),
  "planted crash": planted(() => {
    for (const list = []; ;) list.push(new Array(100_000).fill(0.5));
  }),
};
