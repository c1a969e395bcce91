/** unrolled itself, from the built package; `--backend` simd, relaxed or revectorize. */
import { dense, init, lstm, network, rnn, sgd } from "../../dist/index.js";
import { backend, measure } from "./measure.js";
import { rate, shapes } from "./material.js";
