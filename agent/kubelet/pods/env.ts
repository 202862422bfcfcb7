/**
 * The environment of a container, in upstream's order: service links, envFrom, env (which may refer to what is before it).
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables)
 */
import type { ConfigMap, core, Pod, Secret, Service } from '../../api/types.ts';
import { expand } from './expansion.ts';
import { type FieldFacts, fieldValue, needsPodIP, resourceValue } from './field-path.ts';
import { variablesFor } from './service-env.ts';

/** What the API says now; undefined where it does not exist. */
export interface Sources {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  services(): readonly Service[];
}

/** Becomes the waiting reason of the container. */
export class ContainerConfigError extends Error {
  readonly reason = 'CreateContainerConfigError';
}

const decodeSecret = (encoded: string | undefined): string => Buffer.from(encoded ?? '', 'base64').toString('utf8');

export const wantsPodIP = (container: core.Container): boolean =>
  (container.env ?? []).some(({ valueFrom }) => needsPodIP(valueFrom?.fieldRef?.fieldPath ?? ''));

async function fromConfigMap(
  sources: Sources,
  namespace: string,
  { name = '', key, optional }: core.ConfigMapKeySelector,
): Promise<string | undefined> {
  const object = await sources.configMap(namespace, name);
  if (!object && !optional) throw new ContainerConfigError(`configmap "${name}" not found`);
  const value = object?.data?.[key];
  if (value === undefined && !optional) {
    throw new ContainerConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
  }
  return value;
}

async function fromSecret(
  sources: Sources,
  namespace: string,
  { name = '', key, optional }: core.SecretKeySelector,
): Promise<string | undefined> {
  const object = await sources.secret(namespace, name);
  if (!object && !optional) throw new ContainerConfigError(`secret "${name}" not found`);
  const value = object?.data?.[key];
  if (value === undefined && !optional) {
    throw new ContainerConfigError(`couldn't find key ${key} in Secret ${namespace}/${name}`);
  }
  return value === undefined ? undefined : decodeSecret(value);
}

async function bulk(sources: Sources, namespace: string, source: core.EnvFromSource): Promise<[string, string][]> {
  const prefix = source.prefix ?? '';
  if (source.configMapRef) {
    const { name = '', optional } = source.configMapRef;
    const object = await sources.configMap(namespace, name);
    if (!object && !optional) throw new ContainerConfigError(`configmap "${name}" not found`);
    return Object.entries(object?.data ?? {}).map(([key, value]) => [prefix + key, value]);
  }
  const { name = '', optional } = source.secretRef ?? {};
  const object = await sources.secret(namespace, name);
  if (!object && !optional) throw new ContainerConfigError(`secret "${name}" not found`);
  return Object.entries(object?.data ?? {}).map(([key, value]) => [prefix + key, decodeSecret(value)]);
}

async function single(
  sources: Sources,
  pod: Pod,
  containerName: string,
  from: core.EnvVarSource,
  facts: FieldFacts,
): Promise<string | undefined> {
  const namespace = pod.metadata.namespace ?? '';
  if (from.fieldRef) return fieldValue(pod, from.fieldRef.fieldPath, facts);
  if (from.resourceFieldRef) return resourceValue(pod, from.resourceFieldRef, containerName, facts);
  if (from.configMapKeyRef) return fromConfigMap(sources, namespace, from.configMapKeyRef);
  return from.secretKeyRef ? fromSecret(sources, namespace, from.secretKeyRef) : undefined;
}

/** Throws `ContainerConfigError` where something it needs is missing. */
export async function environmentOf(
  pod: Pod,
  container: core.Container,
  sources: Sources,
  facts: FieldFacts,
): Promise<Map<string, string>> {
  const namespace = pod.metadata.namespace ?? '';
  const links = variablesFor(sources.services(), namespace, pod.spec.enableServiceLinks ?? true);
  const own = new Map<string, string>();
  for (const source of container.envFrom ?? []) {
    for (const [name, value] of await bulk(sources, namespace, source)) own.set(name, value);
  }
  const known = new Map([...links.map(({ name, value }): [string, string] => [name, value]), ...own]);
  for (const { name, value, valueFrom } of container.env ?? []) {
    const text = valueFrom ? await single(sources, pod, container.name, valueFrom, facts) : expand(value ?? '', known);
    if (text === undefined) continue;
    known.set(name, text);
    own.set(name, text);
  }
  // Links never override what the pod says.
  return new Map([
    ...own,
    ...links.filter(({ name }) => !own.has(name)).map(({ name, value }): [string, string] => [name, value]),
  ]);
}
