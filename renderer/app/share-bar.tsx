import type { Tone } from '../ui/controls.tsx';

/** One bar, divided by how much is how well. What it shows is told in words beside it. */
export function ShareBar({ counts }: { counts: readonly { tone: Tone; count: number }[] }) {
  return (
    <span className="share-bar" aria-hidden>
      {counts.map(({ tone, count }) =>
        count > 0 ? <span key={tone} className={`share ${tone}`} style={{ flexGrow: count }} /> : null,
      )}
    </span>
  );
}
