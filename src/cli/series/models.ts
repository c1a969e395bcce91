/** The models that `unrolled train series` compares and `unrolled forecast` reads, by name. */
import { ar, hidden, linear } from "./closed-form.ts";
import { echoState } from "./echo-state.ts";
import type { SeriesKind } from "./fitted.ts";
import { recurrent } from "./lstm.ts";

export const seriesModels: Readonly<Record<string, SeriesKind>> = {
  ar,
  lds: linear,
  hmm: hidden,
  esn: echoState,
  lstm: recurrent,
};
