/** So many placements in one turn of the event loop; then others get theirs. */
const batch = 64;

/**
 * Returns how to begin: `step` is called in turns of the event loop of their own until it says that nothing is left, or
 * the signal aborts. To begin while it is at work changes nothing.
 */
export function createPump(step: () => 'more' | 'empty', signal: AbortSignal): () => void {
  let pumping = false;
  const turn = (): void => {
    pumping = false;
    for (let done = 0; done < batch && !signal.aborted; done += 1) if (step() === 'empty') return;
    begin();
  };
  function begin(): void {
    if (pumping || signal.aborted) return;
    pumping = true;
    setImmediate(turn);
  }
  return begin;
}
