/** The lecture's claims about the models that recurrent nets are compared with. */
import { expect, test } from "vitest";
import { unrolled } from "./terminal.ts";

test.each(["7a-2", "7a-3", "7a-4", "7a-5", "7a-6", "7a-7"])(
  "%s is seen",
  async (id) => {
    const { code, events } = await unrolled(["lecture", id, "--json"]);
    expect(events().at(-1)).toMatchObject({ event: "result", id, verdict: true });
    expect(code).toBe(0);
  },
  120_000,
);
