import { age, column } from '../columns.ts';
import type { Kind } from '../kind.ts';
import { checkPathSegment } from '../names.ts';
import type { Event } from '../types.ts';
import { validateEvent, validateEventStrictly } from '../validation/event.ts';
import { eventFieldLabels, eventFromCore, eventToCore } from './event-conversion.ts';

const firstSeen = (event: Event): string | undefined => event.firstTimestamp || event.eventTime;
const lastSeen = (event: Event): string | undefined =>
  event.series?.lastObservedTime ?? (event.lastTimestamp || firstSeen(event));

const pairOf = (first: string | undefined, second: string | undefined): string =>
  [first, second].filter(Boolean).join(', ');

const objectOf = ({ involvedObject: { kind = '', name } }: Event): string =>
  name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();

/** As upstream's --event-ttl. Milliseconds. */
const lifetime = 60 * 60_000;

const sourceOf = ({ source, reportingComponent, reportingInstance }: Event): string =>
  pairOf(source?.component || reportingComponent, source?.host || reportingInstance);

export const events: Kind<Event> = {
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  categories: [],
  namespaced: true,
  representations: [
    { group: '', version: 'v1', definition: 'io.k8s.api.core.v1.Event' },
    {
      group: 'events.k8s.io',
      version: 'v1',
      definition: 'io.k8s.api.events.v1.Event',
      toHub: eventToCore,
      fieldLabels: eventFieldLabels,
      fromHub: eventFromCore,
      validate: validateEventStrictly as Kind['validate'],
    },
  ],
  hasStatus: false,
  createOnUpdate: true,
  anyFinalizer: true,
  ownership: false,
  checkName: checkPathSegment,
  hasGeneration: false,
  columns: [
    column('Last Seen', 'Time when this event was last observed', (event, now) => age(lastSeen(event), now)),
    column(
      'Type',
      'Type of this event (Normal, Warning), new types could be added in the future',
      ({ type }) => type ?? '',
    ),
    column(
      'Reason',
      "Short, machine understandable reason for the transition into the object's current status.",
      ({ reason }) => reason ?? '',
    ),
    column('Object', 'The object that this event is about.', objectOf),
    column(
      'Subobject',
      'Part of the object that this event is about.',
      (event) => event.involvedObject.fieldPath ?? '',
      {
        wide: true,
      },
    ),
    column('Source', 'The component reporting this event.', sourceOf, { wide: true }),
    column('Message', 'A human-readable description of the status of this operation.', (event) =>
      (event.message ?? '').trim(),
    ),
    column('First Seen', 'Time when this event was first observed', (event, now) => age(firstSeen(event), now), {
      wide: true,
    }),
    column(
      'Count',
      'The number of times this event has occurred.',
      (event) => String(event.series?.count ?? (event.count || 1)),
      {
        wide: true,
      },
    ),
    column('Name', 'Name must be unique within a namespace.', (event) => event.metadata.name, { wide: true }),
  ],
  /** An event that happens again is written again; its own fields, not its revision, tell when that was. */
  expiresAt({ lastTimestamp, eventTime, metadata }) {
    const last = lastTimestamp ?? eventTime ?? metadata.creationTimestamp;
    return last === undefined ? undefined : Date.parse(last) + lifetime;
  },
  default(event) {
    event.type ||= 'Normal';
    event.reportingComponent ??= '';
    event.reportingInstance ??= '';
    event.source ??= {};
    event.involvedObject ??= {};
  },
  validate: validateEvent,
  fieldSelectors: {
    'involvedObject.kind': (event) => event.involvedObject?.kind ?? '',
    'involvedObject.namespace': (event) => event.involvedObject?.namespace ?? '',
    'involvedObject.name': (event) => event.involvedObject?.name ?? '',
    'involvedObject.uid': (event) => event.involvedObject?.uid ?? '',
    'involvedObject.apiVersion': (event) => event.involvedObject?.apiVersion ?? '',
    'involvedObject.resourceVersion': (event) => event.involvedObject?.resourceVersion ?? '',
    'involvedObject.fieldPath': (event) => event.involvedObject?.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingComponent: (event) => event.reportingComponent || event.source?.component || '',
    source: (event) => event.source?.component || event.reportingComponent || '',
    type: (event) => event.type ?? '',
  },
};
