/**
 * The claims of Hinton's lecture 7, and where each is shown: a file named by its id, which exports `run` and
 * the `criteria` of its verdict. To add one: write the file, give its row a `load`.
 */
import type { Experiment } from "./experiment.ts";

export const experiments: readonly Experiment[] = [
  {
    id: "7a-0",
    claim: "Sequence models turn a sequence of sound pressures into a sequence of word identities",
    load: () => import("./7a-0.ts"),
  },
  {
    id: "7a-1",
    claim: "Without separate targets, a model learns a sequence by predicting its next term",
    load: () => import("./7a-1.ts"),
  },
  {
    id: "7a-1-rows",
    claim: "Next terms are natural: their bits add up to the whole, those of a pixel from all others do not",
    load: () => import("./7a-1-rows.ts"),
  },
  {
    id: "7a-2",
    claim: "An autoregressive model predicts the next term as a weighted sum of previous ones",
    load: () => import("./7a-2.ts"),
  },
  {
    id: "7a-3",
    claim: "Feed-forward nets on delay taps generalize autoregressive models; Bengio's language model is one",
    load: () => import("./7a-3.ts"),
  },
  {
    id: "7a-4",
    claim: "A linear dynamical system has a real hidden state that the Kalman filter infers exactly",
    load: () => import("./7a-4.ts"),
  },
  {
    id: "7a-4-missile",
    claim: "A tracker predicts the next output, to shoot down the missile; driving inputs help",
    load: () => import("./7a-4-missile.ts"),
  },
  {
    id: "7a-5",
    claim: "A hidden Markov model has a discrete state with efficient exact inference and learning",
    load: () => import("./7a-5.ts"),
  },
  {
    id: "7a-6",
    claim: "With N states, a hidden Markov model remembers at most log2 N bits about what it generated",
    load: () => import("./7a-6.ts"),
  },
  {
    id: "7a-6-bits",
    claim: "100 bits go through a hundred units; a hidden Markov model would need 2^100 states",
    load: () => import("./7a-6-bits.ts"),
  },
  {
    id: "7a-6-utterance",
    claim: "What half an utterance settles about the other half goes through an LSTM, not through N states",
    load: () => import("./7a-6-utterance.ts"),
  },
  {
    id: "7a-7",
    claim:
      "A recurrent net's hidden state is the deterministic counterpart of the posterior of an LDS or HMM",
    load: () => import("./7a-7.ts"),
  },
  {
    id: "7a-7-machine",
    claim:
      "With enough neurons and time, recurrent nets compute whatever a computer does: a two-stack machine",
    load: () => import("./7a-7-machine.ts"),
  },
  {
    id: "7a-8",
    claim: "Recurrent nets can oscillate, settle to point attractors, and behave chaotically",
    load: () => import("./7a-8.ts"),
  },
  {
    id: "7a-8-rhythm",
    claim: "Oscillations are good for motor control: a rhythm at a commanded frequency survives a push",
    load: () => import("./7a-8-rhythm.ts"),
  },
  {
    id: "7a-8-memories",
    claim: "Point attractors retrieve memories: whole patterns from a half",
    load: () => import("./7a-8-memories.ts"),
  },
  {
    id: "7a-8-chaos",
    claim: "Chaotic nets are bad for information processing: memory is best at the edge",
    load: () => import("./7a-8-chaos.ts"),
  },
  {
    id: "7a-9",
    claim: "Recurrent nets can run many small programs in parallel",
    load: () => import("./7a-9.ts"),
  },
  {
    id: "7a-9-programs",
    claim: "The small programs interact: some use the results of others, and can be cut out one by one",
    load: () => import("./7a-9-programs.ts"),
  },
  {
    id: "7b-1",
    claim: "A recurrent net is a layered net that keeps using the same weights",
    load: () => import("./7b-1.ts"),
  },
  {
    id: "7b-2",
    claim: "Linear constraints between weights stay satisfied when the gradient is made to obey them",
    load: () => import("./7b-2.ts"),
  },
  {
    id: "7b-3",
    claim: "Backpropagation through time: stack the activities, peel them off, sum the derivatives over time",
    load: () => import("./7b-3.ts"),
  },
  {
    id: "7b-4",
    claim: "The initial state is a parameter, and learning it helps",
    load: () => import("./7b-4.ts"),
  },
  {
    id: "7b-5",
    claim: "Input can be the initial states of all units, of some, or the states of some at every step",
    load: () => import("./7b-5.ts"),
  },
  {
    id: "7b-6",
    claim: "Targets can be final states, the last few steps, or the states of some units at every step",
    load: () => import("./7b-6.ts"),
  },
  {
    id: "7c-1",
    claim: "A feed-forward net adds numbers of one length only, and learns each column anew",
    load: () => import("./7c-1.ts"),
  },
  {
    id: "7c-2",
    claim: "Binary addition is a finite automaton with four states",
    load: () => import("./7c-2.ts"),
  },
  {
    id: "7c-3",
    claim: "Three fully interconnected hidden units learn to add, and then add numbers of every length",
    load: () => import("./7c-3.ts"),
  },
  {
    id: "7c-4",
    claim: "What they learn are distinct patterns of activity: the nodes of the automaton",
    load: () => import("./7c-4.ts"),
  },
  {
    id: "7c-5",
    claim: "Two things at once square an automaton's states but only double a net's units",
    load: () => import("./7c-5.ts"),
  },
  {
    id: "7d-1",
    claim: "The backward pass is linear: twice the final derivatives, twice all derivatives",
    load: () => import("./7d-1.ts"),
  },
  {
    id: "7d-2",
    claim: "Backpropagated gradients shrink or grow exponentially with the size of the weights",
    load: () => import("./7d-2.ts"),
  },
  {
    id: "7d-2-signal",
    claim: "Even with good weights, a dependence on an input of many steps ago is hard to detect",
    load: () => import("./7d-2-signal.ts"),
  },
  {
    id: "7d-3",
    claim: "Near the boundary of two attractors a tiny change makes a huge difference",
    load: () => import("./7d-3.ts"),
  },
  {
    id: "7d-4",
    claim: "Way 1, long short-term memory: units made to remember for a long time",
    load: () => import("./7d-4.ts"),
  },
  {
    id: "7d-5",
    claim: "Way 2, Hessian-free optimization: finds directions of tiny gradient and tinier curvature",
    load: () => import("./7d-5.ts"),
  },
  {
    id: "7d-6",
    claim: "Way 3, echo state networks: fix the recurrent weights with care, learn only the readout",
    load: () => import("./7d-6.ts"),
  },
  {
    id: "7d-6-oscillators",
    claim: "A reservoir is many weakly coupled oscillators, which the input drives selectively",
    load: () => import("./7d-6-oscillators.ts"),
  },
  {
    id: "7d-7",
    claim: "Way 4, echo-state initialization, then all weights learned with momentum",
    load: () => import("./7d-7.ts"),
  },
  {
    id: "7d-8",
    claim: "The four ways, side by side on the same hard tasks",
    load: () => import("./7d-8.ts"),
  },
  {
    id: "7e-1",
    claim:
      "A memory cell keeps a value as long as its keep gate is on; write and read gates let it in and out",
    load: () => import("./7e-1.ts"),
  },
  { id: "7e-2", claim: "The LSTM of 1997 remembers for hundreds of steps", load: () => import("./7e-2.ts") },
  {
    id: "7e-3",
    claim: "An LSTM reads cursive handwriting from the pen's coordinates",
    load: () => import("./7e-3.ts"),
  },
  {
    id: "7e-4",
    claim: "A sequence of small images works as input too, a bit better than pen coordinates",
    load: () => import("./7e-4.ts"),
  },
  {
    id: "7e-5",
    claim: "The demonstration: what is read, the memory cells, the pen, and the gradient at the input",
    load: () => import("./7e-5.ts"),
  },
];
