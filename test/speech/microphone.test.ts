import { afterEach, expect, test, vi } from "vitest";
import { microphone } from "../../src/speech/index.ts";

/** A browser with a microphone, as far as `microphone` knows one; what is sent to `port` was heard. */
function browser(
  change: { getUserMedia?: () => Promise<unknown>; addModule?: () => Promise<void>; fails?: string } = {},
) {
  const failIn = (part: string): void => {
    if (change.fails === part) throw Object.assign(new Error("other rate"), { name: "NotSupportedError" });
  };
  const track = { stop: vi.fn(), addEventListener: vi.fn() };
  const port: { onmessage: ((event: { data: Float32Array }) => void) | null } = { onmessage: null };
  const closed = vi.fn();
  class Context {
    readonly sampleRate = 48_000;
    readonly audioWorklet = { addModule: change.addModule ?? (() => Promise.resolve()) };
    constructor() {
      failIn("context");
    }
    createMediaStreamSource = () => {
      failIn("source");
      return { connect: () => undefined };
    };
    close = closed;
  }
  class Node {
    readonly port = port;
    constructor() {
      failIn("node");
    }
    disconnect = (): void => undefined;
  }
  vi.stubGlobal("navigator", {
    mediaDevices: {
      getUserMedia: change.getUserMedia ?? (() => Promise.resolve({ getTracks: () => [track] })),
    },
  });
  vi.stubGlobal("AudioContext", Context);
  vi.stubGlobal("AudioWorkletNode", Node);
  return {
    track,
    closed,
    hear: (...samples: number[]) => port.onmessage?.({ data: Float32Array.from(samples) }),
  };
}

afterEach(() => vi.unstubAllGlobals());

test("pieces come in their order, and the loop ends with what was heard before stop", async () => {
  const { hear, track, closed } = browser();
  const mic = await microphone();
  expect(mic.rate).toBe(48_000);
  hear(1, 2);
  hear(3);
  const heard: number[][] = [];
  for await (const samples of mic) {
    heard.push([...samples]);
    if (heard.length === 2) mic.stop();
  }
  expect(heard).toEqual([[1, 2], [3]]);
  expect(track.stop).toHaveBeenCalledTimes(1);
  expect(closed).toHaveBeenCalledTimes(1);
});

test("leaving the loop gives the microphone back, and so does a signal", async () => {
  const first = browser();
  const mic = await microphone();
  first.hear(1);
  for await (const samples of mic) {
    expect(samples.length).toBe(1);
    break;
  }
  expect(first.track.stop).toHaveBeenCalledTimes(1);
  const second = browser();
  const controller = new AbortController();
  const other = await microphone({ signal: controller.signal });
  const waiting = other[Symbol.asyncIterator]().next();
  controller.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(second.track.stop).toHaveBeenCalledTimes(1);
});

test("a signal ends it while the browser asks, and while the worklet loads", async () => {
  for (const at of ["getUserMedia", "addModule"] as const) {
    const controller = new AbortController();
    const track = { stop: vi.fn(), addEventListener: vi.fn() };
    const media = { getTracks: () => [track] };
    const { closed } = browser({
      getUserMedia: () => {
        if (at === "getUserMedia") controller.abort();
        return Promise.resolve(media);
      },
      addModule: () => {
        controller.abort();
        return Promise.resolve();
      },
    });
    await expect(microphone({ signal: controller.signal })).rejects.toThrow(/abort/i);
    expect(track.stop).toHaveBeenCalledTimes(1);
    expect(closed).toHaveBeenCalledTimes(at === "addModule" ? 1 : 0);
  }
});

test("what fails after the browser gave the microphone gives it back, and is told", async () => {
  for (const fails of ["context", "node", "source"]) {
    const { track, closed } = browser({ fails });
    await expect(microphone({ rate: 16_000 })).rejects.toThrow(/microphone: the browser does not give this/);
    expect(track.stop).toHaveBeenCalledTimes(1);
    expect(closed).toHaveBeenCalledTimes(fails === "context" ? 0 : 1);
  }
});

test("who is refused is told why, and what to do", async () => {
  const refuse = (name: string): Promise<never> => Promise.reject(Object.assign(new Error("no"), { name }));
  browser({ getUserMedia: () => refuse("NotAllowedError") });
  await expect(microphone()).rejects.toThrow(/microphone: the page has no permission to hear; allow/);
  browser({ getUserMedia: () => refuse("NotFoundError") });
  await expect(microphone()).rejects.toThrow(/there is no microphone; connect one/);
  vi.unstubAllGlobals();
  await expect(microphone()).rejects.toThrow(/no microphone here: it needs a page/);
  await expect(microphone({ piece: 0 })).rejects.toThrow(/piece is 0/);
  await expect(microphone({ rate: 1 })).rejects.toThrow(/rate is 1/);
});
