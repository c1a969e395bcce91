/**
 * The worker that learns a hand. Its code is fetched: a chunk that imports the worker's own file would start
 * a second copy of it in WebKit, whose library knows nothing of the first one's.
 */
import type { WrittenText } from "unrolled/handwriting";

onmessage = async ({ data }: MessageEvent<readonly WrittenText[]>) => {
  const { teach } = await import("./teach.ts");
  await teach(data, (taught) => postMessage(taught));
};
