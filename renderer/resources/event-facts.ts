/** What an event says, whichever of the two APIs wrote it. */
import type { Event } from '../../agent/api/types.ts';

export const lastSeen = (event: Event): string =>
  event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;

export const eventCount = (event: Event): number => event.series?.count ?? event.count ?? 1;
