/** Kinds of which nothing is stored: their objects are made when somebody asks for them. */
import { componentStatuses } from '../../api/core/component-status.ts';
import { apiVersionOf, type Kind, resourceOf } from '../../api/kind.ts';
import { nodeMetrics, podMetrics } from '../../api/metrics/metrics.ts';
import type { Core } from '../core.ts';
import { decodeRecord, neverStored } from '../state/record.ts';
import { createResourceState, type ResourceState } from '../state/resource-state.ts';
import { keyOf } from '../state/state.ts';
import { componentStatusesNow } from './component-statuses.ts';
import type { Computed } from './object.ts';

type Make = (core: Core) => Promise<Computed[]>;

const makers: ReadonlyMap<string, Make> = new Map<string, Make>([
  [resourceOf(componentStatuses), componentStatusesNow],
  [resourceOf(nodeMetrics), async ({ metrics }) => (await metrics()).nodes()],
  [resourceOf(podMetrics), async ({ metrics }) => (await metrics()).pods()],
]);

async function made(kind: Kind, objects: Promise<Computed[]>): Promise<ResourceState> {
  const state = createResourceState(kind, neverStored, { limit: 0, bytes: 0, maxAge: 0 });
  const head = { apiVersion: apiVersionOf(kind.representations[0]), kind: kind.kind };
  for (const object of await objects) {
    const { name, namespace = '' } = object.metadata;
    const key = keyOf(kind, namespace, name);
    const value = Buffer.from(JSON.stringify({ ...head, ...object }));
    state.objects.put(decodeRecord(kind, { key, value, createRevision: neverStored, revision: neverStored }));
  }
  return state;
}

/** Undefined for a kind of which something is stored. */
export function computedState(core: Core, kind: Kind): Promise<ResourceState> | undefined {
  const make = makers.get(resourceOf(kind));
  return make && made(kind, make(core));
}
