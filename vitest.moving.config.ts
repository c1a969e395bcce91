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

// every allocation moves all that is in use, so a memory that files share would be slow
export default suite({
  setup: ["test/setup/moving.ts"],
  exclude: elsewhere,
  testTimeout: 120_000,
  shared: false,
});
