/** `unrolled worker` where there is no server. */
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { unrolled } from "./terminal.ts";

/** A port of this machine that nobody listens at. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test.each([[[]], [["--trainings", "--run", "x"]]])(
  "a server that does not answer is named, with what to do: %j",
  async (more) => {
    const address = `nats://127.0.0.1:${await freePort()}`;
    const { code, err } = await unrolled(["worker", "--servers", address, ...more]);
    expect(code).toBe(1);
    expect(err).toContain(`no NATS server can be reached at ${address}: `);
    expect(err).toContain("nats-server");
  },
);

test("a key that is not there is named", async () => {
  const { code, err } = await unrolled(["worker", "--servers", "nats://127.0.0.1:1", "--key", "/no/key"]);
  expect(code).toBe(2);
  expect(err).toContain("/no/key: cannot be read (ENOENT): there is no such file");
});

test("lines of a help screen fit 110 columns, and say all that they said", async () => {
  const { out } = await unrolled(["help", "train", "handwriting"]);
  expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(110);
  expect(out.replace(/\s+/g, " ")).toContain(
    "what receptive fields see of the ink so far and to come; both: pen and window; pen-fields: pen and",
  );
});
