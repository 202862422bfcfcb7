/**
 * The CPU time that this thread spends within one turn of its event loop: as long as a turn lasts, nobody else is
 * served. CPU time and not the clock on the wall, so that what else a machine does counts little.
 */
export interface TurnMeter {
  /** Milliseconds of the longest turn since the last call. */
  longest(): number;
}

function cpu(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Turns the loop all the time: for measuring only. */
export function startTurnMeter(): TurnMeter {
  let last = cpu();
  let longest = 0;
  const turn = () => {
    const now = cpu();
    longest = Math.max(longest, now - last);
    last = now;
    setImmediate(turn);
  };
  turn();
  return {
    longest: () => {
      const found = longest;
      longest = 0;
      return found;
    },
  };
}
