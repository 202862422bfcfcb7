import { CircleCheck } from 'lucide-react';
import { useMemo } from 'react';
import type { Event } from '../../agent/api/types.ts';
import { eventRef } from '../data/refs.ts';
import { useResources } from '../data/resources.ts';
import { lastSeen } from '../resources/event-facts.ts';
import { EventList } from '../resources/related.tsx';
import { inNamespaces } from '../resources/tones.ts';
import { eventsView } from '../resources/views/events.tsx';
import { Spinner } from '../ui/controls.tsx';
import { Panel } from './panel.tsx';

const mostEvents = 12;

/** Warnings first: what merely happened is only shown where nothing is wrong. */
export function RecentEvents({ context, namespaces }: { context: string; namespaces: readonly string[] }) {
  const { items, loaded, error } = useResources<Event>(context, eventsView.ref);
  const recent = useMemo(
    () => inNamespaces(eventsView, items, namespaces).toSorted((a, b) => lastSeen(b).localeCompare(lastSeen(a))),
    [items, namespaces],
  );
  const warnings = recent.filter(({ type }) => type === 'Warning').slice(0, mostEvents);
  const others = recent.filter(({ type }) => type !== 'Warning').slice(0, mostEvents - warnings.length);
  return (
    <>
      <Panel title="Recent warnings" page={eventRef}>
        {!loaded && error ? <p className="panel-empty">{error.message}</p> : null}
        {loaded || error ? null : (
          <p className="panel-empty">
            <Spinner label="Loading events" /> Loading
          </p>
        )}
        {loaded && warnings.length === 0 ? (
          <p className="panel-empty">
            <CircleCheck size={16} className="tone-ok" /> No warnings within the last hour.
          </p>
        ) : null}
        <EventList events={warnings} linked />
      </Panel>
      {others.length > 0 ? (
        <Panel title="What just happened" page={eventRef}>
          <EventList events={others} linked />
        </Panel>
      ) : null}
    </>
  );
}
