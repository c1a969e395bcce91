/** Files of other programs, of arrays, sounds and sequences as targets. */
import { readFileSync } from "node:fs";
import * as u from "../../dist/index.js";
import {
  fromOnnx,
  fromPyTorch,
  fromTfjs,
  readNpy,
  readNpz,
  toOnnx,
  toPyTorch,
  writeNpy,
  writeNpz,
} from "../../dist/exchange/index.js";
import { load as loadFloat32 } from "../../dist/float32/index.js";
import { readTensors } from "../../dist/formats/read-safetensors.js";
import { isTimeSeriesFile } from "../../dist/formats/time-series-file.js";
import { readWav, writeWav } from "../../dist/speech/index.js";
import { csv } from "./grammars.js";
import { mutateBytes, mutateJson, mutateTensors, mutateText } from "./mutate.js";

const wave = Float64Array.from({ length: 40 }, (_, t) => [0, 1, 0, -1][t % 4] + (t % 7) / 10);

/** What `use` makes of a net of each kind of recurrent layer. */
async function fromNets(use) {
  const files = [];
  for (const layer of [u.lstm(3), u.gru(3), u.rnn(3)]) {
    const net = await u.network({ input: 2, layers: [layer, u.dense(1)], loss: "squared", seed: 1 });
    files.push(await use(net));
    net.dispose();
  }
  return files;
}

/** Files whose bytes are changed. */
const bytesTarget = (read, files, change = mutateBytes) => ({
  make: (random) => change(random, random.pick(files)),
  size: (bytes) => bytes.length,
  async run(bytes) {
    (await read(bytes))?.dispose?.();
  },
  unsound: () => undefined,
});

/** Models of TensorFlow.js: the topology changed, or the weights. */
function tfjsTarget() {
  const path = new URL("../golden/exchange/tfjs.json", import.meta.url);
  const models = JSON.parse(readFileSync(path, "utf8")).map(({ json, bytes }) => ({
    json,
    shard: Uint8Array.from(Buffer.from(bytes, "base64")),
  }));
  return {
    make(random) {
      const { json, shard } = random.pick(models);
      if (random.chance(0.2)) return { json, shard: mutateBytes(random, shard) };
      if (random.chance(0.2)) return { json: mutateText(random, JSON.stringify(json)), shard };
      return { json: mutateJson(random, json), shard };
    },
    size: ({ json, shard }) => (JSON.stringify(json)?.length ?? 0) + shard.length,
    async run({ json, shard }) {
      (await fromTfjs(json, shard)).dispose();
    },
    unsound: () => undefined,
  };
}

const archive = [
  "# a comment",
  "@problemName waves",
  "@timeStamps false",
  "@missing false",
  "@univariate false",
  "@dimensions 2",
  "@equalLength false",
  "@classLabel true up down",
  "@data",
  "1,2,-3,4:0.5,1,1.5,2:up",
  "3,2,1:1,1,1:down",
].join("\n");

/** Texts that are changed; a sound answer has a list of that name. */
const textTarget = (read, grammar, list) => ({
  make: (random) => (random.chance(0.2) ? grammar(random) : mutateText(random, grammar(random))),
  size: (text) => text.length,
  run: read,
  unsound: (answer) => (Array.isArray(answer[list]) ? undefined : `${list} is ${answer[list]}`),
});

/** As the commands do: looked at first, then read. */
const readArchive = (text) => (isTimeSeriesFile(text) ? u.readTimeSeriesFile(text) : { cases: [] });

const finite = ({ samples }) => (samples.every(Number.isFinite) ? undefined : "samples not finite");

/** Functions that make the targets, by name. */
export const fileTargets = {
  tensors: async () =>
    bytesTarget((bytes) => readTensors(bytes, "fuzz"), await fromNets((net) => net.save())),
  float32: async () => bytesTarget(loadFloat32, await fromNets((net) => net.save()), mutateTensors),
  npy: () => bytesTarget(readNpy, [writeNpy(Float32Array.of(1, 2, 3)), writeNpy(wave)]),
  npz: async () => bytesTarget(readNpz, [await writeNpz({ a: wave, b: Float32Array.of(1) })]),
  pytorch: async () => bytesTarget(fromPyTorch, await fromNets(toPyTorch)),
  onnx: async () => bytesTarget(fromOnnx, await fromNets((net) => toOnnx(net))),
  tfjs: tfjsTarget,
  wav: () => ({
    ...bytesTarget(readWav, []),
    make: (random) => mutateBytes(random, writeWav({ samples: wave.map((x) => x / 2), rate: 8000 })),
    run: readWav,
    unsound: finite,
  }),
  "series archive": () =>
    textTarget(
      (text) => u.readTimeSeriesFile(text),
      () => archive,
      "cases",
    ),
  sequences: () => textTarget((text) => u.readSequences(text), csv, "sequences"),
};
