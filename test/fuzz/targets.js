/** All targets: functions that make them, by name. */
import { fileTargets } from "./files.js";
import { hearingTargets } from "./hearing.js";
import { modelTargets } from "./models.js";
import { drawings } from "./drawings.js";
import { plantedFaults } from "./planted.js";
import { readers } from "./readers.js";

const made = (ready) =>
  Object.fromEntries(Object.entries(ready).map(([name, target]) => [name, () => target]));

/** Names of all but the planted ones. */
export const targetNames = [readers, drawings, fileTargets, hearingTargets, modelTargets].flatMap((group) =>
  Object.keys(group),
);

export const targets = {
  ...made(readers),
  ...made(drawings),
  ...fileTargets,
  ...hearingTargets,
  ...modelTargets,
  ...made(plantedFaults),
};
