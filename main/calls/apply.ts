/**
 * Applies manifests as `kubectl apply` does on the client's side: create with the last-applied annotation, or a
 * three-way patch between what was applied last, what is applied now and what is live.
 * https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/#merge-patch-calculation
 */

import { isNotFound } from '../../agent/api/errors.ts';
import { kindNamed } from '../../agent/api/kinds.ts';
import { mediaType } from '../../agent/api/media-types.ts';
import { mergeSchema } from '../../agent/api/patch/merge-schema.ts';
import { threeWayPatch } from '../../agent/api/patch/three-way.ts';
import type { Definitions } from '../../agent/api/schema/schema.ts';
import type { AnyObject } from '../../agent/api/types.ts';
import type { DesktopCalls } from '../contract.ts';
import { CallFailure, toCallError } from '../failure.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { type JsonAnswer, pathOf, requestJson } from '../kube/requests.ts';
import { type DiscoveredResource, discover } from './discovery/kind-lookup.ts';
import { type Manifest, readManifests } from './manifests.ts';

type Applied = DesktopCalls['resource.apply']['output'][number];

export interface ApplyTarget {
  connection: KubeConnection;
  /** Namespace for manifests of namespaced kinds that name none. */
  namespace: string;
  dryRun: boolean;
  /** Schemas of the built-in kinds: they say which lists merge by which key. */
  definitions: Definitions;
  signal: AbortSignal;
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const fieldManager = 'skiff';

export async function applyYaml(yaml: string, target: ApplyTarget): Promise<Applied[]> {
  const manifests = readManifests(yaml);
  if (manifests.length === 0)
    throw new CallFailure(
      'NothingToApply',
      'there is nothing to apply: the text holds no object',
      'Paste or drop at least one manifest.',
    );
  const [first] = manifests;
  // For a single manifest the call itself fails or succeeds.
  if (first && manifests.length === 1) return [await applyOne(first, target)];
  const results: Applied[] = [];
  for (const manifest of manifests) results.push(await applyOne(manifest, target).catch(failed(manifest, target)));
  return results;
}

/** Like kubectl: a manifest that is refused does not stop the others. */
const failed =
  ({ kind, metadata }: Manifest, { signal }: ApplyTarget) =>
  (error: unknown): Applied => {
    signal.throwIfAborted();
    return { kind, name: metadata.name ?? '', result: 'failed', warnings: [], error: toCallError(error) };
  };

async function applyOne(manifest: Manifest, target: ApplyTarget): Promise<Applied> {
  const { kind, metadata } = manifest;
  const name = metadata.name;
  if (!name)
    throw new CallFailure(
      'InvalidManifest',
      `${kind}: metadata.name is not set`,
      'Add a name under metadata: Skiff finds the object to apply to by its name.',
    );
  const resource = await discover(target.connection, manifest.apiVersion, kind, target.signal);
  const namespace = resource.namespaced ? (metadata.namespace ?? target.namespace) : undefined;
  const wanted = annotated({ ...manifest, metadata: { ...metadata, ...(namespace ? { namespace } : {}) } });
  const found = await find(target, resource, name, namespace);
  const answer = found ? await patch(target, resource, wanted, found) : await create(target, resource, wanted);
  return {
    kind,
    name,
    ...(namespace ? { namespace } : {}),
    result: !found ? 'created' : answer ? 'configured' : 'unchanged',
    warnings: answer?.warnings ?? [],
  };
}

/** The annotation holds the manifest as the user gave it, without the annotation itself, and a final newline. */
function annotated(manifest: Manifest): Manifest {
  const { [lastApplied]: _, ...annotations } = manifest.metadata.annotations ?? {};
  const plain = { ...manifest, metadata: { ...manifest.metadata, annotations } };
  const text = `${JSON.stringify(plain)}\n`;
  return { ...plain, metadata: { ...plain.metadata, annotations: { ...annotations, [lastApplied]: text } } };
}

const find = (target: ApplyTarget, resource: DiscoveredResource, name: string, namespace?: string) =>
  requestJson<AnyObject>(target.connection, {
    method: 'GET',
    path: pathOf({ resource, namespace, name }),
    signal: target.signal,
  }).then(
    (answer) => answer.value,
    (error) => {
      if (isNotFound(error)) return undefined;
      throw error;
    },
  );

const queryOf = ({ dryRun }: ApplyTarget) => ({ fieldManager, ...(dryRun ? { dryRun: 'All' } : {}) });

const create = (target: ApplyTarget, resource: DiscoveredResource, manifest: Manifest) =>
  requestJson<AnyObject>(target.connection, {
    method: 'POST',
    path: pathOf({ resource, namespace: manifest.metadata.namespace, query: queryOf(target) }),
    json: manifest,
    signal: target.signal,
  });

async function patch(
  target: ApplyTarget,
  resource: DiscoveredResource,
  manifest: Manifest,
  live: AnyObject,
): Promise<JsonAnswer<AnyObject> | undefined> {
  const before = live.metadata.annotations?.[lastApplied];
  const original = before ? (JSON.parse(before) as Record<string, unknown>) : {};
  const representation = kindNamed(manifest.apiVersion, manifest.kind)?.representation;
  const schema = representation && mergeSchema(target.definitions, representation.definition);
  const change = threeWayPatch(original, manifest, live, schema);
  if (Object.keys(change).length === 0) return undefined;
  const type = schema ? mediaType.strategicMergePatch : mediaType.mergePatch;
  const answer = await sendPatch(target, resource, manifest, type, change);
  return answer.value.metadata.resourceVersion === live.metadata.resourceVersion ? undefined : answer;
}

function sendPatch(
  target: ApplyTarget,
  resource: DiscoveredResource,
  manifest: Manifest,
  type: string,
  change: unknown,
): Promise<JsonAnswer<AnyObject>> {
  const { name, namespace } = manifest.metadata;
  return requestJson<AnyObject>(target.connection, {
    method: 'PATCH',
    path: pathOf({ resource, namespace, name, query: queryOf(target) }),
    headers: { 'content-type': type },
    json: change,
    signal: target.signal,
  });
}
