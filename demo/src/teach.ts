/** Learns a hand from lessons, in a worker: how far it is, and the hand. */
import { handwritingReader, type LearnReport, type WrittenText } from "unrolled/handwriting";
import { messageOf } from "./message.ts";

/** What the worker tells. */
export type Taught =
  | { readonly kind: "progress"; readonly epoch: number; readonly epochs: number }
  | { readonly kind: "done"; readonly report: LearnReport; readonly hand: Uint8Array | undefined }
  | { readonly kind: "failed"; readonly message: string };

/** Learns, and tells; never throws. */
export async function teach(lessons: readonly WrittenText[], tell: (taught: Taught) => void): Promise<void> {
  try {
    const reader = await handwritingReader();
    const report = await reader.learn(lessons, {
      onProgress: ({ epoch, epochs }) => tell({ kind: "progress", epoch, epochs }),
    });
    tell({ kind: "done", report, hand: reader.hand() });
    reader.dispose();
  } catch (error) {
    tell({ kind: "failed", message: messageOf(error) });
  }
}
