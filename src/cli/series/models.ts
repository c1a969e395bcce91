/** The models that `unrolled train series` compares, by name. */
import { fitAr, fitHmm, fitLds } from "./closed-form.ts";
import { fitEsn } from "./echo-state.ts";
import type { FitSeries } from "./fitted.ts";
import { fitLstm } from "./lstm.ts";

export const seriesModels: Readonly<Record<string, FitSeries>> = {
  ar: fitAr,
  lds: fitLds,
  hmm: fitHmm,
  esn: fitEsn,
  lstm: fitLstm,
};
