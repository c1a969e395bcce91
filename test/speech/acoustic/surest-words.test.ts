/** What a net is taught of strings that it heard itself: by a net that only notes what it is given. */
import { expect, test } from "vitest";
import { adaptNet, type AdaptTask, type HeardPart } from "../../../src/speech/acoustic/adapt.ts";
import type { AcousticNet } from "../../../src/speech/acoustic/acoustic-net.ts";
import type { Example } from "../../../src/speech/acoustic/examples.ts";
import type { ReadSound } from "../../../src/speech/acoustic/recording.ts";

const RATE = 1000;
const sounds: ReadSound[] = Array.from({ length: 10 }, () => ({
  samples: Float64Array.from({ length: 900 }, (_, t) => t / 900),
  rate: RATE,
}));

/** Three words in each recording; in recording i the first is the surer the larger i is. */
const parts = (i: number): HeardPart[] => [
  { word: "one", confidence: i / 10, labels: [1, 1], until: 0.2 },
  { word: "two", confidence: 1, labels: [2], until: 0.5 },
  { word: "two", confidence: 0.5, labels: [2], until: Infinity },
];

/** The examples of each round. */
async function taught(
  task: Partial<AdaptTask>,
): Promise<{ rounds: (readonly Example[])[]; order: string[] }> {
  const rounds: (readonly Example[])[] = [];
  const order: string[] = [];
  const acoustic = {
    checkFitted: () => void order.push("checked"),
    measure: () => (order.push("measured"), () => undefined),
    fit: async (_: string, examples: readonly Example[]) => {
      rounds.push(examples);
      return { steps: 1 };
    },
  } as unknown as AcousticNet;
  await adaptNet("test", acoustic, {
    sounds,
    options: { rounds: 2, share: 0.5 },
    probabilities: () => new Float64Array(1),
    hear: (sound) => parts(sounds.indexOf(sound)),
    prepare: async () => void order.push("prepared"),
    ...task,
  });
  return { rounds, order };
}

const shape = ({ samples, labels }: Example) => [samples[0] * 900, samples.length, labels.join("")];

test("the surest half of each word is taught as recordings of its own, then all of it", async () => {
  const { rounds } = await taught({});
  // of "two" the ten of 1; of "one" those of the last five recordings, which stand beside such a "two"
  const middle = [200, 300, "2"];
  const both = [0, 500, "112"];
  expect(rounds[0].map(shape)).toEqual([...Array(5).fill(middle), ...Array(5).fill(both)]);
  expect(rounds[1].map(shape)).toEqual(Array(10).fill([0, 900, "1122"]));
});

test("what stands between words is put between those of a stretch", async () => {
  const { rounds } = await taught({ between: [9] });
  expect(rounds[0].map(({ labels }) => labels.join(""))).toEqual([
    ...Array(5).fill("2"),
    ...Array(5).fill("1192"),
  ]);
  expect(rounds[1][0].labels).toEqual([1, 1, 9, 2, 9, 2]);
});

test("options are looked at before anything is heard, the voice is heard before it is measured", async () => {
  expect((await taught({})).order).toEqual(["checked", "prepared", "measured"]);
  let isPrepared = false;
  const prepare = async () => void (isPrepared = true);
  await expect(taught({ prepare, options: { rounds: 0 } })).rejects.toThrow(/rounds is 0/);
  expect(isPrepared).toBe(false);
});
