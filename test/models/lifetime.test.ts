import { describe, expect, test } from "vitest";
import { DISPOSE, Lifetime } from "../../src/models/lifetime.ts";
import { DisposedError } from "../../src/index.ts";

const counted = (): { dispose(): void; times: number } => ({
  times: 0,
  dispose() {
    ++this.times;
  },
});

describe("a lifetime", () => {
  test("ends once, disposes what it holds in reverse order, and then refuses by name", () => {
    const order: string[] = [];
    const life = new Lifetime("hmm");
    life.own({ dispose: () => order.push("first") });
    life.own({ dispose: () => order.push("second") });
    expect(life.check("fit")).toBe("hmm.fit");
    expect([life.end(), life.end()]).toEqual([true, false]);
    expect(order).toEqual(["second", "first"]);
    expect(() => life.check("fit")).toThrow(DisposedError);
    expect(() => life.check("fit")).toThrow("hmm.fit: the model was disposed");
  });

  test("keeps the memory while something computes on it", () => {
    const life = new Lifetime("network");
    const held = life.own(counted());
    const leave = life.enter();
    const other = life.enter();
    life.end();
    leave();
    leave();
    expect(held.times).toBe(0);
    other();
    expect(held.times).toBe(1);
  });

  test("of a parent ends those of its children, and a child that ended is not ended again", () => {
    const parent = new Lifetime("network");
    const children = [new Lifetime("stream", undefined, parent), new Lifetime("stream", undefined, parent)];
    const held = children.map((child) => child.own(counted()));
    children[0].end();
    parent.end();
    expect(held.map(({ times }) => times)).toEqual([1, 1]);
    expect(children[1].over).toBe(true);
  });
});

test("the key of `using` is there in every engine", () => expect(typeof DISPOSE).toBe("symbol"));
