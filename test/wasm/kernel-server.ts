/** Kernels by HTTP: as they should come, with another type, of the other precision, missing, or a page. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { packed as packed32 } from "../../src/wasm/binary/float32.ts";
import { packed as packed64 } from "../../src/wasm/binary/float64.ts";
import { unpack } from "../../src/wasm/unpack.ts";

/** Path → status, type of content, body; every other path gives the kernels of float32 as they are. */
const answers: Record<string, [number, string, Uint8Array | string]> = {
  "/missing.wasm": [404, "text/plain", ""],
  "/page.wasm": [200, "text/html", "<!doctype html><title>not here</title>"],
  "/plain.wasm": [200, "text/plain", unpack(packed32)],
  "/wide.wasm": [200, "application/wasm", unpack(packed64)],
};

/** The server's address, and what ends it. */
export async function serveKernels(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const usual: [number, string, Uint8Array] = [200, "application/wasm", unpack(packed32)];
    const [status, type, body] = answers[request.url ?? ""] ?? usual;
    response.writeHead(status, { "content-type": type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
