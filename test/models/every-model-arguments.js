/** Data and kinds of arguments of the table of every model (every-model.js). */

export const wave = (T, phase = 0) =>
  Array.from({ length: T }, (_, t) => [0, 1, 0.25, -1, 0.5][(t + phase) % 5] + ((t * 7 + phase) % 11) / 20);
export const pairs = (T, phase = 0) => wave(T, phase).map((x, t) => [x, wave(T, phase + 3)[t]]);
export const symbols = (T, phase = 0) => Array.from({ length: T }, (_, t) => (t * t + phase) % 3);
export const counts = (T, phase = 0) => Array.from({ length: T }, (_, t) => (t * 5 + phase) % 7);

export const data = (value, more = {}) => ({ kind: "data", value, width: 1, missing: false, ...more });
export const items = (value, fields, more = {}) => ({ kind: "items", value, fields, ...more });
export const options = (value = {}, more = {}) => ({ kind: "options", value, needs: [], ...more });
export const count = (value) => ({ kind: "count", value });
export const vector = (value) => ({ kind: "vector", value });
