/** What belongs to an object: its events, what it owns, what owns it. */
import { Activity, Link2 } from 'lucide-react';
import { useMemo } from 'react';
import type { AnyObject, Event } from '../../agent/api/types.ts';
import { useResources } from '../data/resources.ts';
import { Badge, StatusPill } from '../ui/controls.tsx';
import { LoadingNotice, Notice } from '../ui/notices.tsx';
import { Age, ObjectLink } from './columns.tsx';
import { eventCount, lastSeen } from './event-facts.ts';
import { viewFor, viewOfKind } from './known-views.ts';
import { Section } from './overviews/facts.tsx';
import type { ResourceView } from './view.ts';
import { eventsView } from './views/events.tsx';

/** Nodes are named by their events with their name as uid, as upstream's kubelet does. */
export function eventsOf(events: readonly Event[], object: AnyObject): readonly Event[] {
  const { uid, name } = object.metadata;
  return events
    .filter(
      ({ involvedObject: { uid: id, kind, name: of } }) =>
        id === uid || (kind === 'Node' && object.kind === 'Node' && of === name),
    )
    .sort((a, b) => lastSeen(b).localeCompare(lastSeen(a)));
}

/** `linked`: says of each what it is about. */
export function EventList({ events, linked = false }: { events: readonly Event[]; linked?: boolean }) {
  return (
    <ul className="event-list">
      {events.map((event) => (
        <li key={event.metadata.uid}>
          <div className="event-head">
            <Badge tone={event.type === 'Warning' ? 'warn' : undefined}>{event.reason}</Badge>
            {linked ? (
              <About event={event} />
            ) : (
              <span className="muted truncate">{event.source?.component || event.reportingComponent}</span>
            )}
            <span className="spacer" />
            <span className="muted">
              {eventCount(event) > 1 ? `×${eventCount(event)} · ` : ''}
              <Age at={lastSeen(event)} />
            </span>
          </div>
          <p>{event.message}</p>
        </li>
      ))}
    </ul>
  );
}

function About({ event: { involvedObject } }: { event: Event }) {
  const { kind = '', name = '', namespace } = involvedObject;
  const page = viewOfKind(kind)?.ref.plural;
  return page ? <ObjectLink page={page} namespace={namespace} name={name} /> : <span className="muted">{name}</span>;
}

export function ObjectEvents({ context, object }: { context: string; object: AnyObject }) {
  const { items, loaded } = useResources<Event>(context, eventsView.ref);
  const own = useMemo(() => eventsOf(items, object), [items, object]);
  if (!loaded) return <LoadingNotice title="Loading events" />;
  if (own.length === 0)
    return (
      <Notice icon={<Activity size={24} />} title="No events">
        Nothing happened to it within the last hour.
      </Notice>
    );
  return (
    <div className="details-scroll">
      <EventList events={own} />
    </div>
  );
}

/** Kinds that own, or are owned by, what is looked at; the list stays short so that few watches are opened. */
const candidates = ['deployments', 'replicasets', 'pods', 'services', 'endpointslices'];

export function Related({ context, object }: { context: string; object: AnyObject }) {
  return (
    <div className="details-scroll">
      <Owners object={object} />
      {candidates.map((page) => {
        const view = viewFor(page);
        return view && view.kind.kind !== object.kind ? (
          <RelatedKind key={page} context={context} view={view} object={object} />
        ) : null;
      })}
      <p className="muted note">
        <Link2 size={12} /> By owner, by selector, and by node.
      </p>
    </div>
  );
}

function Owners({ object }: { object: AnyObject }) {
  const owners = object.metadata.ownerReferences ?? [];
  if (owners.length === 0) return null;
  return (
    <Section title="Owned by">
      <ul className="mini-table two">
        {owners.map(({ uid, kind, name }) => (
          <li key={uid}>
            <ObjectLink
              page={viewOfKind(kind)?.ref.plural ?? 'overview'}
              namespace={object.metadata.namespace}
              name={name}
            />
            <span className="muted">{kind}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const recordOf = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;

/** Services select by plain labels, workloads by `matchLabels`. */
function selectorOf(object: AnyObject): Record<string, unknown> | undefined {
  const selector = recordOf(object.spec?.selector);
  return object.kind === 'Service' ? selector : recordOf(selector?.matchLabels);
}

const selects = (
  selector: Record<string, unknown> | undefined,
  labels: Record<string, string> | undefined,
): boolean => {
  const entries = Object.entries(selector ?? {});
  return entries.length > 0 && entries.every(([key, value]) => labels?.[key] === value);
};

function isRelated(object: AnyObject, other: AnyObject): boolean {
  const { metadata } = object;
  if (other.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid)) return true;
  if (object.kind === 'Node') return other.kind === 'Pod' && other.spec?.nodeName === metadata.name;
  if (metadata.namespace !== other.metadata.namespace) return false;
  if (other.kind === 'Pod') return selects(selectorOf(object), other.metadata.labels);
  return other.kind === 'Service' && object.kind === 'Pod' && selects(selectorOf(other), metadata.labels);
}

function RelatedKind({ context, view, object }: { context: string; view: ResourceView; object: AnyObject }) {
  const { items } = useResources(context, view.ref);
  const found = useMemo(() => items.filter((other) => isRelated(object, other)), [items, object]);
  if (found.length === 0) return null;
  return (
    <Section title={view.title} note={found.length}>
      <ul className="mini-table">
        {found.map((other) => (
          <li key={other.metadata.uid}>
            <ObjectLink page={view.ref.plural} namespace={other.metadata.namespace} name={other.metadata.name} />
            {view.status ? <StatusPill tone={view.tone(other)}>{view.status(other)}</StatusPill> : <span />}
            <span />
            <span className="muted">
              <Age at={other.metadata.creationTimestamp} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
