import { defineConfig } from "vitest/config";

/** Tests that replace what a process shares: kernels, globals, or a folder that a file removes at its end. */
const apart = [
  "test/cli/handwriting/*.test.ts",
  "test/graph/full-memory.test.ts",
  "test/models/network/fetch-ahead.test.ts",
  "test/parallel/kernels.test.ts",
  "test/speech/microphone.test.ts",
  "test/wasm/{engine,memory,on-board,wasm-source}.test.ts",
];
const elsewhere = ["**/node_modules/**", "test/browser/**", "test/package/**"];

/** How a suite is run. */
interface Running {
  /** Modules that are loaded before each file, behind the kernels. */
  readonly setup?: readonly string[];
  /** Files that are left out. */
  readonly exclude?: readonly string[];
  /** Milliseconds. */
  readonly testTimeout?: number;
  /** Whether files share the modules of their worker, but for those that are run apart. Default true. */
  readonly shared?: boolean;
}

/** The suite in two projects: files that share the modules of their worker, and files that have their own. */
export function suite({ setup = [], exclude = [], testTimeout = 30_000, shared = true }: Running = {}) {
  const project = (name: string, include: string[], isolate: boolean, others: readonly string[]) => ({
    test: {
      name,
      include,
      exclude: [...elsewhere, ...exclude, ...others],
      setupFiles: ["test/setup/kernels.ts", ...setup],
      testTimeout,
      pool: "threads" as const,
      isolate,
    },
  });
  return defineConfig({
    test: {
      // on two cores the default is one worker
      maxWorkers: "100%",
      projects: [project("shared", ["test/**/*.test.ts"], !shared, apart), project("apart", apart, true, [])],
    },
  });
}

export default suite();
