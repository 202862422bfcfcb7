/** What belongs to an object: its events, what owns it, and what its view says is related, else what it owns. */
import { Activity, Link2 } from 'lucide-react';
import { useMemo } from 'react';
import type { AnyObject, Event } from '../../agent/api/types.ts';
import { useDiscovery } from '../data/discovery.ts';
import { eventRef } from '../data/refs.ts';
import { useResources } from '../data/resources.ts';
import { Badge, StatusPill } from '../ui/controls.tsx';
import { ErrorNotice, LoadingNotice, Notice } from '../ui/notices.tsx';
import { Age, ObjectLink } from './columns.tsx';
import { useDependents } from './dependents.ts';
import { eventCount, lastSeen } from './event-facts.ts';
import { KindLink } from './kind-link.tsx';
import { viewFor } from './known-views.ts';
import { Section } from './overviews/facts.tsx';
import type { Relation, ResourceView } from './view.ts';

/** A component that has no uid at hand writes the name in its place, as upstream's kubelet does for its node. */
export function eventsOf(events: readonly Event[], { kind, metadata }: AnyObject): readonly Event[] {
  const { uid, name, namespace } = metadata;
  const isNamed = ({ involvedObject: about }: Event) =>
    !namespace && about.uid === name && about.kind === kind && about.name === name;
  return events
    .filter((event) => event.involvedObject.uid === uid || isNamed(event))
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
              <KindLink {...event.involvedObject} />
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

export function ObjectEvents({ context, object }: { context: string; object: AnyObject }) {
  const { items, loaded, error } = useResources<Event>(context, eventRef);
  const own = useMemo(() => eventsOf(items, object), [items, object]);
  if (!loaded) return error ? <ErrorNotice error={error} /> : <LoadingNotice title="Loading events" />;
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

interface RelatedProps {
  context: string;
  view: ResourceView;
  object: AnyObject;
}

export function Related({ context, view, object }: RelatedProps) {
  const owners = object.metadata.ownerReferences ?? [];
  return (
    <div className="details-scroll">
      {owners.length === 0 ? null : (
        <Section title="Owned by">
          <ul className="mini-table two">
            {owners.map((owner) => (
              <li key={owner.uid}>
                <KindLink {...owner} namespace={object.metadata.namespace} />
                <span className="muted">{owner.kind}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {view.related ? (
        view.related.map((relation) => (
          <RelatedKind key={relation.resource.plural} context={context} relation={relation} object={object} />
        ))
      ) : (
        <Owned context={context} object={object} />
      )}
      <p className="muted note">
        <Link2 size={12} /> {view.related ? 'By owner, by selector, and by node.' : 'By owner.'}
      </p>
    </div>
  );
}

interface RelatedKindProps {
  context: string;
  relation: Relation;
  object: AnyObject;
}

function RelatedKind({ context, relation, object }: RelatedKindProps) {
  const view = viewFor(relation.resource, useDiscovery(context));
  const { items } = useResources(context, relation.resource);
  const found = useMemo(() => items.filter((other) => relation.holds(object, other)), [items, relation, object]);
  if (!view || found.length === 0) return null;
  return (
    <Section title={view.title} note={found.length}>
      <ul className="mini-table">
        {found.map((other) => (
          <li key={other.metadata.uid}>
            <ObjectLink page={view.ref} namespace={other.metadata.namespace} name={other.metadata.name} />
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

/** Found by asking for everything once, as of the version of the object on screen. */
function Owned({ context, object }: { context: string; object: AnyObject }) {
  const discovery = useDiscovery(context);
  const { dependents, error } = useDependents(context, [object]);
  if (error) return <ErrorNotice error={error} />;
  if (!dependents) return <LoadingNotice title="Looking for what it owns" />;
  if (dependents.groups.length === 0 && !object.metadata.ownerReferences?.length)
    return <p className="muted">It owns nothing, and nothing owns it.</p>;
  return (
    <>
      {dependents.groups.map(({ resource, kind, objects }) => (
        <Section
          key={`${resource.plural}.${resource.group}`}
          title={viewFor(resource, discovery)?.title ?? kind}
          note={objects.length}
        >
          <ul className="mini-table two">
            {objects.map(({ uid, name, namespace, created }) => (
              <li key={uid}>
                <ObjectLink page={resource} namespace={namespace} name={name} />
                <span className="muted">
                  <Age at={created} />
                </span>
              </li>
            ))}
          </ul>
        </Section>
      ))}
      {dependents.unseen.length === 0 ? null : (
        <p className="muted note">Could not be looked into: {dependents.unseen.join(', ')}.</p>
      )}
    </>
  );
}
