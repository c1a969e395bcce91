/** Kernels of closed-form inference, in the double builds only: a second entry beside index.ts. */
export { product, addOuter } from "../algebra/product";
export { transpose } from "../algebra/small";
export {
  cholesky,
  solveLower,
  solveLowerTransposed,
  householderQR,
  applyReflections,
  solveUpper,
} from "../algebra/linalg";
export { eigenvalues } from "../algebra/eigen";
export { symmetricEigen } from "../algebra/symmetric-eigen";
export { kalmanFilter, kalmanScratch } from "./kalman-filter";
export { kalmanSmoother } from "./kalman-smoother";
export {
  scalarBackward,
  scalarForward,
  scalarProject,
  scalarScore,
  scalarStates,
  scalarUpdate,
} from "./scalar-state";
export { emissionRows, hmmAdvance, hmmForward, hmmBackward, hmmScratch } from "./markov";
export { hmmLogAdvance, hmmLogForward, hmmLogBackward } from "./markov-log";
export { viterbi } from "./viterbi";
export { gaussianLogDensity, diagonalLogDensity, diagonalMoments, fullMoments } from "./emissions";
export { poissonLogDensity, symbolCounts } from "./counts";
export { mapLogGamma, mapDigamma, mapTrigamma } from "./gamma";
export { sparseProduct } from "../algebra/sparse";
