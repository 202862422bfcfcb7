/** Reads and writes of objects, in any context of the kubeconfig. */
import { readFile } from 'node:fs/promises';
import type { Definitions } from '../../agent/api/schema/schema.ts';
import type { AnyObject, ObjectList } from '../../agent/api/types.ts';
import type { Handlers } from '../contract.ts';
import { applyYaml } from './apply.ts';
import { describeObject } from './describe.ts';
import { discover } from './discovery.ts';
import { CallFailure } from './failure.ts';
import { pathOf, requestJson } from './kube-requests.ts';
import { readManifests } from './manifests.ts';
import type { Services } from './services.ts';

/** Read on first use: most windows never apply anything. */
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
>;

export const resourceCalls = ({ kube, app }: Services): ResourceCalls => ({
  async 'resource.list'({ context, resource, namespace, labelSelector, fieldSelector }, signal) {
    const path = pathOf({ resource, namespace, query: { labelSelector, fieldSelector } });
    const { value } = await requestJson<ObjectList>(await kube.connection(context), { method: 'GET', path, signal });
    return value;
  },

  async 'resource.get'({ context, resource, name, namespace }, signal) {
    const path = pathOf({ resource, namespace, name });
    const { value } = await requestJson<AnyObject>(await kube.connection(context), { method: 'GET', path, signal });
    return value;
  },

  async 'resource.delete'({ context, resource, name, namespace, gracePeriodSeconds }, signal) {
    const path = pathOf({ resource, namespace, name });
    const options = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    };
    await requestJson(await kube.connection(context), { method: 'DELETE', path, json: options, signal });
    return undefined;
  },

  async 'resource.patch'({ context, resource, name, namespace, type, patch, subresource }, signal) {
    const path = pathOf({ resource, namespace, name, subresource, query: { fieldManager: 'skiff' } });
    const headers = { 'content-type': type };
    const request = { method: 'PATCH', path, headers, json: patch, signal } as const;
    return (await requestJson<AnyObject>(await kube.connection(context), request)).value;
  },

  async 'resource.create'({ context, resource, namespace, object, name, subresource }, signal) {
    const path = pathOf({ resource, namespace, name, subresource, query: { fieldManager: 'skiff' } });
    const request = { method: 'POST', path, json: object, signal } as const;
    return (await requestJson<AnyObject>(await kube.connection(context), request)).value;
  },

  async 'resource.replace'({ context, yaml, dryRun }, signal) {
    const [manifest, second] = readManifests(yaml);
    if (!manifest || second)
      throw new CallFailure('InvalidManifest', 'Exactly one object can be edited at a time', 'Use Apply for several.');
    const connection = await kube.connection(context);
    const resource = await discover(connection, manifest.apiVersion, manifest.kind, signal);
    const { name, namespace } = manifest.metadata;
    const query = { fieldManager: 'skiff', ...(dryRun ? { dryRun: 'All' } : {}) };
    const path = pathOf({ resource, namespace, name, query });
    return (await requestJson<AnyObject>(connection, { method: 'PUT', path, json: manifest, signal })).value;
  },

  async 'resource.apply'({ context, yaml, namespace, dryRun }, signal) {
    const connection = await kube.connection(context);
    const fallback = namespace ?? (await kube.contexts()).find(({ name }) => name === context)?.namespace ?? 'default';
    const definitions = await readDefinitions(app.definitionsFile);
    const target = { connection, namespace: fallback || 'default', dryRun: dryRun ?? false, definitions, signal };
    return applyYaml(yaml, target);
  },

  async 'resource.describe'({ context, resource, name, namespace }, signal) {
    const connection = await kube.connection(context);
    const object = await requestJson<AnyObject>(connection, {
      method: 'GET',
      path: pathOf({ resource, namespace, name }),
      signal,
    });
    const fieldSelector = `involvedObject.uid=${object.value.metadata.uid}`;
    const events = await requestJson<ObjectList>(connection, {
      method: 'GET',
      path: pathOf({ resource: { group: '', version: 'v1', plural: 'events' }, namespace, query: { fieldSelector } }),
      signal,
    });
    return describeObject(object.value, events.value.items, Date.now());
  },
});
