/** The whole suite on memory that moves at every allocation: `npm run test:moving`. */
import { suite } from "./vitest.config.ts";

/** Tests that start processes of their own, or never touch the kernels' memory. */
const elsewhere = [
  "test/cli/**",
  "test/exchange/**",
  "test/fuzz/**",
  "test/docs.test.ts",
  "test/examples.test.ts",
  "test/page.test.ts",
];

export default suite("test/setup/moving.ts", elsewhere, 120_000);
