/** All targets: functions that make them, by name. */
import { fileTargets } from "./files.js";
import { modelTargets } from "./models.js";
import { plantedFaults } from "./planted.js";
import { readers } from "./readers.js";

const made = (ready) =>
  Object.fromEntries(Object.entries(ready).map(([name, target]) => [name, () => target]));

/** Names of all but the planted ones. */
export const targetNames = [readers, fileTargets, modelTargets].flatMap((group) => Object.keys(group));

export const targets = { ...made(readers), ...fileTargets, ...modelTargets, ...made(plantedFaults) };
