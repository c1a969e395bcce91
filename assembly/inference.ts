/** Kernels of closed-form inference, in the double builds only: a second entry beside index.ts. */
export { product, addOuter, transpose } from "./small";
export {
  cholesky,
  solveLower,
  solveLowerTransposed,
  householderQR,
  applyReflections,
  solveUpper,
} from "./linalg";
export { symmetricEigen, eigenvalues } from "./eigen";
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
export { sparseProduct } from "./sparse";
