/**
 * Worker threads of Node and Web Workers behind one face. No `node:` import: bundles for browsers never see
 * one.
 */

/** One worker as the pool sees it. */
export interface Port {
  send(message: unknown): void;
  /** A message arrived. */
  onmessage: (message: unknown) => void;
  /** The worker failed, or ended by itself. */
  onfailure: (error: Error) => void;
  /** Whether it keeps the process alive: while it works, not while it waits. */
  hold(on: boolean): void;
  end(): void;
}

type NodeThreads = typeof import("node:worker_threads");

/** node:worker_threads where there is one. */
function nodeThreads(): NodeThreads | undefined {
  const host = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  return host?.getBuiltinModule?.("node:worker_threads") as NodeThreads | undefined;
}

const here = import.meta.url;

/**
 * Starts the worker of this package, or the module at `url`. Bundlers follow the one address that is written
 * out: the browser's.
 */
export function startWorker(url?: URL): Port {
  const threads = nodeThreads();
  return threads
    ? nodePort(new threads.Worker(url ?? new URL("./worker.js", here)))
    : webPort(
        url
          ? new Worker(url, { type: "module" })
          : new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
      );
}

function nodePort(worker: import("node:worker_threads").Worker): Port {
  const port: Port = {
    send: (message) => worker.postMessage(message),
    onmessage: () => {},
    onfailure: () => {},
    hold: (on) => {
      if (on) worker.ref();
      else worker.unref();
    },
    end: () => void worker.terminate(),
  };
  worker.on("message", (message: unknown) => port.onmessage(message));
  worker.on("error", (error: unknown) =>
    port.onfailure(error instanceof Error ? error : new Error(String(error))),
  );
  worker.on("exit", (code: number) => port.onfailure(new Error(`worker ended with code ${code}`)));
  return port;
}

function webPort(worker: Worker): Port {
  const port: Port = {
    send: (message) => worker.postMessage(message),
    onmessage: () => {},
    onfailure: () => {},
    hold: () => {},
    end: () => worker.terminate(),
  };
  worker.onmessage = ({ data }) => port.onmessage(data);
  worker.onerror = (event) => port.onfailure(new Error(event.message || "worker failed to start"));
  worker.onmessageerror = () => port.onfailure(new Error("worker sent a message that cannot be read"));
  return port;
}

/** In a worker: answers each message of whoever started it, one after another. */
export function serve(
  answer: (message: unknown) => Promise<{ message: unknown; transfer: ArrayBuffer[] } | undefined>,
): void {
  const parent = nodeThreads()?.parentPort;
  let last = Promise.resolve();
  const receive = (message: unknown): void => {
    last = last.then(async () => {
      const reply = await answer(message);
      if (!reply) return;
      if (parent) parent.postMessage(reply.message, reply.transfer);
      else
        (globalThis as unknown as { postMessage(m: unknown, t: ArrayBuffer[]): void }).postMessage(
          reply.message,
          reply.transfer,
        );
    });
  };
  if (parent) parent.on("message", receive);
  else addEventListener("message", ({ data }: MessageEvent) => receive(data));
}
