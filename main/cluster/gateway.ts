/** The switch of Gateway API: its definitions come into a cluster, and go. The control plane serves them by itself. */

import { ApiError } from '../../agent/api/errors.ts';
import { gatewayDefinitions } from '../../agent/api/gateway/definitions.ts';
import { gatewayClassName, gatewayGroup } from '../../agent/api/gateway/group.ts';
import { ownLabel } from '../../agent/api/gateway/schema.ts';
import { mediaType } from '../../agent/api/media-types.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { requestJson } from '../kube/requests.ts';

export interface GatewayChange {
  /** Names of definitions that were applied or deleted. */
  changed: string[];
  /** Names of definitions that are somebody else's, such as upstream's own: they stay as they are. */
  kept: string[];
}

interface Found {
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
}

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

async function find(connection: KubeConnection, at: string, signal: AbortSignal): Promise<Found | undefined> {
  try {
    return (await requestJson<Found>(connection, { method: 'GET', path: at, signal })).value;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

const isOwn = ({ metadata }: Found): boolean =>
  Object.entries(ownLabel).every(([name, value]) => metadata.labels?.[name] === value);

async function sort(connection: KubeConnection, signal: AbortSignal) {
  const all = gatewayDefinitions.map(async (definition) => {
    const { name } = definition.metadata;
    return { definition, name, found: await find(connection, `${path}/${name}`, signal) };
  });
  const sorted = await Promise.all(all);
  return {
    own: sorted.filter(({ found }) => found && isOwn(found)),
    foreign: sorted.flatMap(({ found, name }) => (found && !isOwn(found) ? [name] : [])),
    mutable: sorted.filter(({ found }) => !found || isOwn(found)),
  };
}

/** Resolves when the definitions are written; may be repeated. */
export async function enableGateway(connection: KubeConnection, signal: AbortSignal): Promise<GatewayChange> {
  const { mutable, foreign } = await sort(connection, signal);
  const headers = { 'content-type': mediaType.applyPatch };
  for (const { definition, name } of mutable) {
    const at = `${path}/${name}?fieldManager=skiff&force=true`;
    await requestJson(connection, { method: 'PATCH', path: at, headers, json: definition, signal });
  }
  return { changed: mutable.map(({ name }) => name), kept: foreign };
}

/** Whether the controller has seen the class. */
export async function isGatewayServed(connection: KubeConnection, signal: AbortSignal): Promise<boolean> {
  const at = `/apis/${gatewayGroup}/v1/gatewayclasses/${gatewayClassName}`;
  const found: (Found & { status?: { conditions?: { type: string; status: string }[] } }) | undefined = await find(
    connection,
    at,
    signal,
  );
  return found?.status?.conditions?.some(({ type, status }) => type === 'Accepted' && status === 'True') === true;
}

/** Gateways and routes as `gateway default/shop`; with the definitions they would go. */
export async function gatewayObjects(connection: KubeConnection, signal: AbortSignal): Promise<string[]> {
  const lists = ['gateways', 'httproutes'].map(async (plural) => {
    const at = `/apis/${gatewayGroup}/v1/${plural}`;
    const found: (Found & { items?: Found[] }) | undefined = await find(connection, at, signal);
    return (found?.items ?? []).map(({ metadata }) => `${plural.slice(0, -1)} ${metadata.namespace}/${metadata.name}`);
  });
  return (await Promise.all(lists)).flat();
}

export async function disableGateway(connection: KubeConnection, signal: AbortSignal): Promise<GatewayChange> {
  const { own, foreign } = await sort(connection, signal);
  for (const { name } of own) await requestJson(connection, { method: 'DELETE', path: `${path}/${name}`, signal });
  return { changed: own.map(({ name }) => name), kept: foreign };
}
