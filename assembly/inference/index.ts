/** Kernels of closed-form inference, in the double builds only: a second entry beside index.ts. */
export { product, addOuter, transpose } from "../algebra/small";
export {
  cholesky,
  solveLower,
  solveLowerTransposed,
  householderQR,
  applyReflections,
  solveUpper,
} from "../algebra/linalg";
export { symmetricEigen, eigenvalues } from "../algebra/eigen";
export { kalmanFilter, kalmanSmoother, kalmanScratch } from "./gauss";
export { emissionRows, hmmForward, hmmBackward, hmmScratch, viterbi } from "./markov";
export { hmmLogForward, hmmLogBackward } from "./markov-log";
export {
  gaussianLogDensity,
  diagonalLogDensity,
  poissonLogDensity,
  logFactorial,
  symbolCounts,
  diagonalMoments,
  fullMoments,
} from "./emissions";
export { sparseProduct } from "../algebra/sparse";
