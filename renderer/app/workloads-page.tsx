/** Everything that runs pods, on one page: how much of each kind, and which of it is not well. */
import { CircleCheck } from 'lucide-react';
import { useMemo } from 'react';
import { formatCount } from '../data/quantity.ts';
import { useResources } from '../data/resources.ts';
import { navigate, type Route } from '../data/route.ts';
import { inNamespaces, tones } from '../resources/tones.ts';
import { anyView, type ResourceView } from '../resources/view.ts';
import { podsView } from '../resources/views/pods.tsx';
import { deploymentsView, replicaSetsView } from '../resources/views/workloads.tsx';
import { StatusPill, type Tone } from '../ui/controls.tsx';
import { ShareBar } from './share-bar.tsx';

const views = [anyView(deploymentsView), anyView(replicaSetsView), anyView(podsView)];
const words: Record<Tone, string> = { bad: 'failing', warn: 'degraded', busy: 'changing', ok: 'well', idle: 'at rest' };

export function WorkloadsPage({ route }: { route: Route }) {
  return (
    <div className="overview">
      <h1 className="page-title">Workloads</h1>
      <div className="tiles three">
        {views.map((view) => (
          <KindCard key={view.title} view={view} route={route} />
        ))}
      </div>
    </div>
  );
}

const mostListed = 12;

function KindCard({ view, route }: { view: ResourceView; route: Route }) {
  const { items, loaded } = useResources(route.context, view.ref);
  const shown = useMemo(() => inNamespaces(view, items, route.namespaces), [view, items, route.namespaces]);
  const groups = tones.map((tone) => ({ tone, objects: shown.filter((object) => view.tone(object) === tone) }));
  const troubled = groups.slice(0, 3).flatMap(({ objects }) => objects);
  return (
    <section className="panel">
      <header className="panel-head">
        <button type="button" className="link-plain" onClick={() => navigate({ page: view.ref })}>
          <h2>
            <view.icon size={14} /> {view.title}
          </h2>
        </button>
        <span className="tile-number small">{loaded ? formatCount(shown.length) : '–'}</span>
      </header>
      <ShareBar counts={groups.map(({ tone, objects }) => ({ tone, count: objects.length }))} />
      <div className="share-legend">
        {groups.map(({ tone, objects }) =>
          objects.length ? (
            <StatusPill key={tone} tone={tone}>
              {formatCount(objects.length)} {words[tone]}
            </StatusPill>
          ) : null,
        )}
      </div>
      {troubled.length === 0 ? (
        <p className="panel-empty">
          <CircleCheck size={16} className="tone-ok" /> {shown.length ? 'All well.' : 'None yet.'}
        </p>
      ) : (
        <ul className="mini-table two">
          {troubled.slice(0, mostListed).map((object) => (
            <li key={object.metadata.uid}>
              <button
                type="button"
                className="link truncate"
                onClick={() => navigate({ page: view.ref, object: object.metadata })}
              >
                {object.metadata.name}
              </button>
              <StatusPill tone={view.tone(object)}>{view.status?.(object) ?? words[view.tone(object)]}</StatusPill>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
