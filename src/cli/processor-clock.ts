/**
 * Milliseconds of the processor that this process took: a clock that stands still while other programs are
 * at work, so that budgets are the same on a machine under load.
 */
export function processorClock(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
