/**
 * The two shapes of an event: `v1` (stored) and `events.k8s.io/v1`.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/events/v1/conversion.go
 */
import type { AnyObject } from '../types.ts';

/** Names in core v1, and what `events.k8s.io/v1` calls the same; all others are called the same. */
const names: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];
const toEvents = new Map(names);
const toCore = new Map(names.map(([core, events]) => [events, core]));

function renamed(object: AnyObject, apiVersion: string, map: ReadonlyMap<string, string>): AnyObject {
  const { kind, metadata } = object;
  const fields = Object.entries(object).map(([key, value]) => [map.get(key) ?? key, value]);
  return { ...Object.fromEntries(fields), apiVersion, kind, metadata };
}

export const eventToCore = (event: AnyObject): AnyObject => renamed(event, 'v1', toCore);
export const eventFromCore = (event: AnyObject): AnyObject => renamed(event, 'events.k8s.io/v1', toEvents);

const referenceFields = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

/** Fields that `events.k8s.io/v1` selects by, each with its name in core v1. `source` has no name there. */
export const eventFieldLabels: Readonly<Record<string, string>> = {
  reason: 'reason',
  reportingController: 'reportingComponent',
  type: 'type',
  ...Object.fromEntries(referenceFields.map((field) => [`regarding.${field}`, `involvedObject.${field}`])),
};
