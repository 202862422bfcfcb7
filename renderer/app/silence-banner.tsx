/** Over every page of a cluster that does not answer: what is shown may be true no longer. */
import { WifiOff } from 'lucide-react';
import { clusters, isUp } from '../data/app-state.ts';
import { useStore } from '../data/store.ts';
import { useSync } from '../data/sync.ts';

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

export function SilenceBanner({ context }: { context: string }) {
  const cluster = useStore(clusters).find((candidate) => candidate.context === context);
  return !cluster || isUp(cluster) ? <Silence context={context} /> : null;
}

function Silence({ context }: { context: string }) {
  const { at, isSilent, problem } = useSync(context);
  if (!isSilent) return null;
  return (
    <div className="banner" role="alert">
      <WifiOff size={14} />
      <span>
        <strong>The API server of {context} does not answer.</strong>{' '}
        {at ? `What is shown is as of ${clock.format(at)}.` : 'Nothing has come from it yet.'} Trying again.
        {problem ? <span className="banner-hint">{problem}</span> : null}
      </span>
    </div>
  );
}
