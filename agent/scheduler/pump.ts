/** The limit of placements in one turn of the event loop, so that other work gets its turns. */
const placementsPerTurn = 64;

/**
 * Returns a function that starts the pump: it calls `step` in batches, each in its own turn of the event loop, until
 * `step` returns `empty` or the signal aborts. Starting a running pump has no effect.
 */
export function createPump(step: () => 'more' | 'empty', signal: AbortSignal): () => void {
  let pumping = false;
  const turn = (): void => {
    pumping = false;
    for (let done = 0; done < placementsPerTurn && !signal.aborted; done += 1) if (step() === 'empty') return;
    begin();
  };
  function begin(): void {
    if (pumping || signal.aborted) return;
    pumping = true;
    setImmediate(turn);
  }
  return begin;
}
