/** Addresses where no server is: the error says which, and what to do. */
import { expect, it } from "vitest";
import { serveShards } from "../../src/cluster/index.ts";

const failure = async (servers: string | readonly string[]): Promise<Error> => {
  try {
    await serveShards({ servers });
  } catch (error) {
    return error as Error;
  }
  throw new Error("it was served");
};

it("no server at an address: named, with what to look at", async () => {
  const servers = "nats://127.0.0.1:1";
  const { message } = await failure(servers);
  expect(message).toContain(`serveShards: no NATS server can be reached at ${servers}: `);
  expect(message).toContain("is one running there");
});

it("a port that cannot be is refused before anything is tried", async () => {
  const { name, message } = await failure("nats://127.0.0.1:99999");
  expect(name).toBe("OptionError");
  expect(message).toBe("serveShards: servers has nats://127.0.0.1:99999, want a port of at most 65535");
});

it.each([
  ["example.org", '"example.org"'],
  [["nats://127.0.0.1:1", "http://127.0.0.1"], '"http://127.0.0.1"'],
  [["nats://127.0.0.1:1", 4222 as never], "4222"],
  [[], "array of 0"],
])("of addresses the one that is none is named: %j", async (servers, told) => {
  const { name, message } = await failure(servers);
  expect(name).toBe("OptionError");
  expect(message).toBe(`serveShards: servers has ${told}, want nats://, tls://, ws:// or wss://`);
});
