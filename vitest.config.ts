import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/browser/**", "test/package/**"],
    setupFiles: ["test/setup/kernels.ts"],
    testTimeout: 30_000,
    pool: "threads",
    // on two cores the default is one worker
    maxWorkers: "100%",
  },
});
