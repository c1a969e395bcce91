/** Measures unrolled in a Worker. */
import { dense, lstm, network, rnn, sgd } from "unrolled";
import { unrolledStep } from "../../bench/peers/unrolled-step.js";
import { answerWorkloads } from "./steps-timed.js";

const names = { dense, lstm, network, rnn, sgd };
answerWorkloads((workload, arrays) => unrolledStep(names, workload, arrays));
