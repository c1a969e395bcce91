// Arrays of NumPy: a file as np.savez writes it, and out of one as np.load reads it.
import { readNpz, writeNpz } from "unrolled/exchange";

const series = Float64Array.from({ length: 12 }, (_, t) => t * t);
const labels = Int32Array.from({ length: 6 }, (_, i) => i % 2);

// np.load("data.npz")["series"] is an array of shape (6, 2)
const bytes = await writeNpz({ series: { shape: [6, 2], data: series }, labels }, { compress: true });
const back = await readNpz(bytes);
for (const [name, { shape, dtype, data }] of Object.entries(back))
  console.log(`${name}: ${dtype} [${shape}] ends in ${data.at(-1)}`);
