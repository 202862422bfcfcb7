/**
 * The CPU time that this thread spends within one turn of its event loop: as long as a turn lasts, nobody else is
 * served. CPU time and not the clock on the wall, so that what else a machine does counts little.
 */
export interface TurnMeter {
  /** Milliseconds of the longest turn since the last call, if it did not rest meanwhile. */
  longest(): number;
  /** Stops until the next call of `longest`. Returns 0. */
  rest(): number;
}

function cpu(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Turns the loop all the time: for measuring only. */
export function startTurnMeter(): TurnMeter {
  let last = cpu();
  let longest = 0;
  let turning: NodeJS.Immediate | undefined;
  const turn = () => {
    const now = cpu();
    longest = Math.max(longest, now - last);
    last = now;
    turning = setImmediate(turn);
  };
  turn();
  return {
    longest: () => {
      const found = longest;
      longest = 0;
      last = cpu();
      turning ??= setImmediate(turn);
      return found;
    },
    rest: () => {
      clearImmediate(turning);
      turning = undefined;
      return 0;
    },
  };
}
