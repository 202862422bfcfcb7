import { ageColumn, nameColumn } from '../columns.ts';
import type { Kind } from '../kind.ts';
import type { Event } from '../types.ts';

export const events: Kind<Event> = {
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  categories: [],
  namespaced: true,
  representations: [
    { group: '', version: 'v1', definition: 'io.k8s.api.core.v1.Event' },
    { group: 'events.k8s.io', version: 'v1', definition: 'io.k8s.api.events.v1.Event' },
  ],
  hasStatus: false,
  hasGeneration: false,
  columns: [nameColumn, ageColumn],
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
