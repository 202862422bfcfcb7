/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/events.go */
import { immutable, invalid, invalidBy, required, requiredText } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain, checkQualifiedName } from '../names.ts';
import type { Event } from '../types.ts';
import { bytesOf } from '../utf8.ts';
import { internalEventSource, internalReference } from './internal-types.ts';

/** In bytes, whatever upstream calls them. */
const longest = 128;
const longestMessage = 1024;

/** Upstream shows no value that is too long. */
const atMost = (field: string, text: string, most: number): FieldError[] =>
  bytesOf(text) > most ? [invalid(field, '', `can have at most ${most} characters`)] : [];

const requiredAtMost = (field: string, text: string | undefined): FieldError[] => [
  ...requiredText(field, text),
  ...atMost(field, text ?? '', longest),
];

function validatePlace({ metadata, involvedObject, eventTime }: Event): FieldError[] {
  const about = involvedObject?.namespace ?? '';
  const own = metadata.namespace ?? '';
  const shared = eventTime ? ['default', 'kube-system'] : ['default'];
  const fits = about ? Boolean(eventTime) || about === own : shared.includes(own);
  return fits ? [] : [invalid('involvedObject.namespace', about, 'does not match event.namespace')];
}

/** What upstream has asked of events since there are such that know their time. */
function validateTimed(event: Event): FieldError[] {
  const { reportingComponent = '', reportingInstance, action, reason, message = '' } = event;
  const reporter = 'reportingController';
  return [
    ...requiredText(reporter, reportingComponent),
    ...invalidBy(reporter, reportingComponent, checkQualifiedName),
    ...requiredAtMost('reportingInstance', reportingInstance),
    ...requiredAtMost('action', action),
    ...requiredAtMost('reason', reason),
    ...atMost('message', message, longestMessage),
  ];
}

/** In whatever version it is written. */
export const validateEvent = (event: Event): FieldError[] => [
  ...validatePlace(event),
  ...(event.eventTime ? validateTimed(event) : []),
  ...invalidBy('namespace', event.metadata.namespace ?? '', checkDns1123Subdomain),
];

function validateSeries({ series }: Event): FieldError[] {
  if (!series) return [];
  return [
    ...((series.count ?? 0) < 2 ? [invalid('series.count', '', 'should be at least 2')] : []),
    ...requiredText('series.lastObservedTime', series.lastObservedTime),
  ];
}

function validateNew(event: Event): FieldError[] {
  const { metadata, eventTime, type, firstTimestamp, lastTimestamp, count, source } = event;
  const unset = (field: string, given: unknown) => (given ? [invalid(field, '', 'needs to be unset')] : []);
  return [
    ...invalidBy('metadata.name', metadata.name, checkDns1123Subdomain),
    ...validateSeries(event),
    ...(eventTime ? [] : [required('eventTime')]),
    ...(type === 'Normal' || type === 'Warning' ? [] : [invalid('type', '', `has invalid value: ${type}`)]),
    ...unset('firstTimestamp', firstTimestamp),
    ...unset('lastTimestamp', lastTimestamp),
    ...unset('count', count),
    ...unset('source', source?.component || source?.host),
  ];
}

const asReference = (reference: Event['related']) => (reference ? internalReference(reference) : null);

/** How upstream shows what is not a text. */
const shownAs = (event: Event): Partial<Record<keyof Event, unknown>> => ({
  involvedObject: internalReference(event.involvedObject ?? {}),
  related: asReference(event.related),
  source: internalEventSource(event.source ?? {}),
  count: event.count ?? 0,
  firstTimestamp: event.firstTimestamp ?? null,
  lastTimestamp: event.lastTimestamp ?? null,
  eventTime: event.eventTime ?? null,
});

/** Fields that an update through `events.k8s.io` leaves alone, and what upstream calls them. */
const fixed: readonly (readonly [field: keyof Event, called: string])[] = [
  ['involvedObject', 'involvedObject'],
  ['reason', 'reason'],
  ['message', 'message'],
  ['source', 'source'],
  ['firstTimestamp', 'firstTimestamp'],
  ['lastTimestamp', 'lastTimestamp'],
  ['count', 'count'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['action', 'action'],
  ['related', 'related'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
];

/** Written in `events.k8s.io/v1`: only the series of an event goes on. */
export function validateEventStrictly(event: Event, old?: Event): FieldError[] {
  if (!old) return validateNew(event);
  const shown = shownAs(event);
  return [
    ...(isEqual(event.series, old.series) ? [] : validateSeries(event)),
    ...fixed
      .filter(([field]) => !isEqual(event[field], old[field]))
      .map(([field, called]) => invalid(called, field in shown ? shown[field] : (event[field] ?? ''), immutable)),
  ];
}
