import { expect, test } from "vitest";
import { alarmFigure } from "../../../src/cli/speech/alarm-figure.ts";
import { svg } from "../../../src/figures/svg.ts";

const calibration = {
  threshold: 0.5,
  hours: 2,
  curve: [
    { threshold: 0.25, falseAlarmsPerHour: 12, missRate: 0.05 },
    { threshold: 0.5, falseAlarmsPerHour: 1, missRate: 0.125 },
    { threshold: 0.75, falseAlarmsPerHour: 0, missRate: 0.5 },
  ],
};

test("missed words are drawn against false alarms, the threshold that was taken marked", () => {
  const drawn = svg(alarmFigure(calibration, { note: "Three words." }));
  expect(drawn).toContain("Three words.");
  expect(drawn).toContain("false alarms an hour");
  expect(drawn.match(/<circle/g)).toHaveLength(4);
  const other = svg(alarmFigure({ ...calibration, threshold: 0.25 }, { note: "Three words." }));
  expect(other).not.toBe(drawn);
});

test("a curve without a false alarm is drawn too", () => {
  const none = calibration.curve.map((point) => ({ ...point, falseAlarmsPerHour: 0 }));
  expect(svg(alarmFigure({ ...calibration, curve: none }))).toContain("<svg");
});
