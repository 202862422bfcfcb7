/** Reads and writes objects in any context of the kubeconfig. */
import { readFile } from 'node:fs/promises';
import { ApiError } from '../../agent/api/errors.ts';
import type { Definitions } from '../../agent/api/schema/schema.ts';
import type { AnyObject, ObjectList } from '../../agent/api/types.ts';
import type { ResourceRef } from '../contract/resources.ts';
import type { Handlers } from '../contract.ts';
import { CallFailure } from '../failure.ts';
import { pathOf, requestJson } from '../kube/requests.ts';
import { applyYaml } from './apply.ts';
import { findDependents } from './dependents.ts';
import { describeObject } from './describe.ts';
import { discover } from './discovery/kind-lookup.ts';
import { resourcesOf } from './discovery/server-resources.ts';
import { readManifests } from './manifests.ts';
import { schemaOf } from './schemas.ts';
import type { Services } from './services.ts';

/** Read on first use: most windows never apply a manifest. */
let definitions: Promise<Definitions> | undefined;

function readDefinitions(file: string): Promise<Definitions> {
  definitions ??= readFile(file, 'utf8').then((text) => JSON.parse(text) as Definitions);
  return definitions;
}

type ResourceCalls = Pick<
  Handlers,
  | 'resource.list'
  | 'resource.get'
  | 'resource.delete'
  | 'resource.patch'
  | 'resource.create'
  | 'resource.replace'
  | 'resource.apply'
  | 'resource.describe'
  | 'resource.schema'
  | 'resource.dependents'
>;

const events: ResourceRef = { group: '', plural: 'events' };

/** The server of a context, and a resource in the version that the server prefers. */
export async function openResource({ kube }: Pick<Services, 'kube'>, context: string, ref: ResourceRef) {
  const connection = await kube.connection(context);
  return { connection, resource: await resourcesOf(connection).find(ref) };
}

export const resourceCalls = ({ kube, app }: Services): ResourceCalls => {
  const open = (context: string, ref: ResourceRef) => openResource({ kube }, context, ref);
  return {
    async 'resource.list'({ context, resource: ref, namespace, labelSelector, fieldSelector }, signal) {
      const { connection, resource } = await open(context, ref);
      const path = pathOf({ resource, namespace, query: { labelSelector, fieldSelector } });
      return (await requestJson<ObjectList>(connection, { method: 'GET', path, signal })).value;
    },

    async 'resource.get'({ context, resource: ref, name, namespace }, signal) {
      const { connection, resource } = await open(context, ref);
      const path = pathOf({ resource, namespace, name });
      return (await requestJson<AnyObject>(connection, { method: 'GET', path, signal })).value;
    },

    async 'resource.delete'({ context, resource: ref, name, namespace, gracePeriodSeconds }, signal) {
      const { connection, resource } = await open(context, ref);
      const options = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      };
      const path = pathOf({ resource, namespace, name });
      await requestJson(connection, { method: 'DELETE', path, json: options, signal });
      return undefined;
    },

    async 'resource.patch'({ context, resource: ref, name, namespace, type, patch, subresource }, signal) {
      const { connection, resource } = await open(context, ref);
      const path = pathOf({ resource, namespace, name, subresource, query: { fieldManager: 'skiff' } });
      const request = { method: 'PATCH', path, headers: { 'content-type': type }, json: patch, signal } as const;
      return (await requestJson<AnyObject>(connection, request)).value;
    },

    async 'resource.create'({ context, resource: ref, namespace, object, name, subresource }, signal) {
      const { connection, resource } = await open(context, ref);
      const path = pathOf({ resource, namespace, name, subresource, query: { fieldManager: 'skiff' } });
      return (await requestJson<AnyObject>(connection, { method: 'POST', path, json: object, signal })).value;
    },

    async 'resource.dependents'({ context, owners, namespace }, signal) {
      const connection = await kube.connection(context);
      return findDependents({ connection, owners, ...(namespace ? { namespace } : {}), signal });
    },

    async 'resource.schema'({ context, resource: ref }, signal) {
      const { connection, resource } = await open(context, ref);
      return schemaOf(connection, resource, signal);
    },

    async 'resource.replace'({ context, yaml, dryRun }, signal) {
      const [manifest, second] = readManifests(yaml);
      if (!manifest || second)
        throw new CallFailure(
          'InvalidManifest',
          'Exactly one object can be edited at a time',
          'Use Apply to change several objects at once.',
        );
      const connection = await kube.connection(context);
      const resource = await discover(connection, manifest.apiVersion, manifest.kind, signal);
      const { name, namespace } = manifest.metadata;
      const query = { fieldManager: 'skiff', ...(dryRun ? { dryRun: 'All' } : {}) };
      const path = pathOf({ resource, namespace, name, query });
      return (await requestJson<AnyObject>(connection, { method: 'PUT', path, json: manifest, signal })).value;
    },

    async 'resource.apply'({ context, yaml, namespace, dryRun }, signal) {
      const connection = await kube.connection(context);
      const fallback =
        namespace ?? (await kube.contexts()).find(({ name }) => name === context)?.namespace ?? 'default';
      const definitions = await readDefinitions(app.definitionsFile);
      const target = { connection, namespace: fallback || 'default', dryRun: dryRun ?? false, definitions, signal };
      return applyYaml(yaml, target);
    },

    async 'resource.describe'({ context, resource: ref, name, namespace, concealed }, signal) {
      const { connection, resource } = await open(context, ref);
      const get = { method: 'GET', path: pathOf({ resource, namespace, name }), signal } as const;
      const object = await requestJson<AnyObject>(connection, get);
      const fieldSelector = `involvedObject.uid=${object.value.metadata.uid}`;
      const about = { resource: await resourcesOf(connection).find(events), namespace, query: { fieldSelector } };
      const list = { method: 'GET', path: pathOf(about), signal } as const;
      // Users who may not read events still get the object's description.
      const seen = await requestJson<ObjectList>(connection, list).catch(ifForbidden);
      return describeObject(object.value, { events: seen?.value.items ?? [], now: Date.now(), concealed });
    },
  };
};

function ifForbidden(error: unknown): undefined {
  if (error instanceof ApiError && error.code === 403) return undefined;
  throw error;
}
