/**
 * What configMap, secret, downwardAPI and projected volumes hold, as files.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/volume/projected/projected.go
 */
import type { ConfigMap, core, Pod, Secret } from '../../api/types.ts';
import type { Sources } from '../pods/env.ts';
import { type FieldFacts, fieldValue, resourceValue } from '../pods/field-path.ts';
import type { FileContent } from './atomic-writer.ts';

export class VolumeError extends Error {}

type Files = Map<string, FileContent>;

/** Issues a bound token for the pod's service account; cached until it is time for a new one. */
export type IssueToken = (pod: Pod, audience: string, expirationSeconds: number) => Promise<string>;

export interface PayloadDeps {
  sources: Sources;
  facts: FieldFacts;
  issueToken: IssueToken;
}

const configMapData = (object: ConfigMap): Map<string, Buffer> =>
  new Map([
    ...Object.entries(object.data ?? {}).map(([key, text]): [string, Buffer] => [key, Buffer.from(text)]),
    ...Object.entries(object.binaryData ?? {}).map(([key, text]): [string, Buffer] => [
      key,
      Buffer.from(text, 'base64'),
    ]),
  ]);

const secretData = (object: Secret): Map<string, Buffer> =>
  new Map(Object.entries(object.data ?? {}).map(([key, text]) => [key, Buffer.from(text, 'base64')]));

function select(
  data: Map<string, Buffer>,
  items: core.KeyToPath[] | undefined,
  defaultMode: number,
  optional: boolean,
  what: string,
): Files {
  if (!items || items.length === 0) {
    return new Map([...data].map(([path, content]) => [path, { data: content, mode: defaultMode }]));
  }
  const files: Files = new Map();
  for (const { key, path, mode } of items) {
    const content = data.get(key);
    if (content) files.set(path, { data: content, mode: mode ?? defaultMode });
    else if (!optional) throw new VolumeError(`${what} references non-existent ${what.split(' ')[0]} key: ${key}`);
  }
  return files;
}

interface ObjectSource {
  name: string;
  items?: core.KeyToPath[];
  optional?: boolean;
}

async function configMapFiles(pod: Pod, source: ObjectSource, mode: number, { sources }: PayloadDeps): Promise<Files> {
  const object = await sources.configMap(pod.metadata.namespace ?? '', source.name);
  if (!object && !source.optional) throw new VolumeError(`configmap "${source.name}" not found`);
  return select(object ? configMapData(object) : new Map(), source.items, mode, source.optional ?? false, 'configmap');
}

async function secretFiles(pod: Pod, source: ObjectSource, mode: number, { sources }: PayloadDeps): Promise<Files> {
  const object = await sources.secret(pod.metadata.namespace ?? '', source.name);
  if (!object && !source.optional) throw new VolumeError(`secret "${source.name}" not found`);
  return select(object ? secretData(object) : new Map(), source.items, mode, source.optional ?? false, 'secret');
}

function downwardFiles(pod: Pod, items: core.DownwardAPIVolumeFile[], mode: number, { facts }: PayloadDeps): Files {
  const read = ({ fieldRef, resourceFieldRef }: core.DownwardAPIVolumeFile): string => {
    if (fieldRef) return fieldValue(pod, fieldRef.fieldPath, facts);
    return resourceFieldRef ? resourceValue(pod, resourceFieldRef, resourceFieldRef.containerName ?? '', facts) : '';
  };
  return new Map(items.map((item) => [item.path, { data: Buffer.from(read(item)), mode: item.mode ?? mode }]));
}

/** The one user that every container of the pod is told to run as. Upstream's FsUserFrom. */
function onlyUser({ spec }: Pod): number | undefined {
  const users = [...spec.containers, ...(spec.initContainers ?? [])].map(
    ({ securityContext }) => securityContext?.runAsUser ?? spec.securityContext?.runAsUser,
  );
  return new Set(users).size === 1 ? users[0] : undefined;
}

/** A token is for those alone who are to have it, where they can be told from others. */
function tokenAccess(pod: Pod, mode: number): Pick<FileContent, 'mode' | 'owner'> {
  const owner = onlyUser(pod);
  if (owner !== undefined) return { mode: 0o600, owner };
  return { mode: pod.spec.securityContext?.fsGroup === undefined ? mode : 0o600 };
}

async function projectedFiles(pod: Pod, volume: core.ProjectedVolumeSource, deps: PayloadDeps): Promise<Files> {
  const mode = volume.defaultMode ?? 0o644;
  const files: Files = new Map();
  const add = (more: Files) => more.forEach((content, path) => void files.set(path, content));
  for (const { configMap, secret, downwardAPI, serviceAccountToken } of volume.sources ?? []) {
    if (configMap) add(await configMapFiles(pod, { ...configMap, name: configMap.name ?? '' }, mode, deps));
    if (secret) add(await secretFiles(pod, { ...secret, name: secret.name ?? '' }, mode, deps));
    if (downwardAPI) add(downwardFiles(pod, downwardAPI.items ?? [], mode, deps));
    if (serviceAccountToken) {
      const { audience = '', expirationSeconds = 3600, path } = serviceAccountToken;
      const token = await deps.issueToken(pod, audience, expirationSeconds);
      files.set(path, { data: Buffer.from(token), ...tokenAccess(pod, mode) });
    }
  }
  return files;
}

/** Undefined where the volume is not made of files that we write. */
export async function payloadOf(pod: Pod, volume: core.Volume, deps: PayloadDeps): Promise<Files | undefined> {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap)
    return configMapFiles(pod, { ...configMap, name: configMap.name ?? '' }, configMap.defaultMode ?? 0o644, deps);
  if (secret) return secretFiles(pod, { ...secret, name: secret.secretName ?? '' }, secret.defaultMode ?? 0o644, deps);
  if (downwardAPI) return downwardFiles(pod, downwardAPI.items ?? [], downwardAPI.defaultMode ?? 0o644, deps);
  return projected ? projectedFiles(pod, projected, deps) : undefined;
}
