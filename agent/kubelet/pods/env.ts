/**
 * The environment of a container, in upstream's order: service links, envFrom, env. A variable may refer to earlier
 * ones.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables)
 */
import { own } from '../../api/own.ts';
import type { core, Pod, Service } from '../../api/types.ts';
import type { ObjectKey, ObjectReader } from '../sources/objects.ts';
import { type FieldFacts, fieldValue, needsPodIP, resourceValue } from '../spec/downward-api.ts';
import { expand } from '../spec/expansion.ts';
import { variablesFor } from './service-env.ts';

/** The sources of variables besides the pod. */
export interface EnvInputs {
  objects: ObjectReader;
  services: readonly Service[];
  facts: FieldFacts;
}

/** A container that cannot be configured. `reason` becomes the waiting reason of the container. */
export class ContainerConfigError extends Error {
  readonly reason = 'CreateContainerConfigError';
}

const decodeSecret = (encoded: string | undefined): string => Buffer.from(encoded ?? '', 'base64').toString('utf8');

/** The ConfigMaps and Secrets that the environment of a container comes from. */
export function envReferences({ envFrom = [], env = [] }: core.Container, namespace: string): ObjectKey[] {
  const configMaps = [
    ...envFrom.map(({ configMapRef }) => configMapRef?.name),
    ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
  ];
  const secrets = [
    ...envFrom.map(({ secretRef }) => secretRef?.name),
    ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
  ];
  const keys = (plural: ObjectKey['plural'], names: (string | undefined)[]): ObjectKey[] =>
    names.flatMap((name) => (name ? [{ plural, namespace, name }] : []));
  return [...keys('configmaps', configMaps), ...keys('secrets', secrets)];
}

export const usesPodIP = (container: core.Container): boolean =>
  (container.env ?? []).some(({ valueFrom }) => needsPodIP(valueFrom?.fieldRef?.fieldPath ?? ''));

async function fromConfigMap(
  objects: ObjectReader,
  namespace: string,
  { name = '', key, optional }: core.ConfigMapKeySelector,
): Promise<string | undefined> {
  const object = await objects.configMap(namespace, name);
  if (!object && !optional) throw new ContainerConfigError(`configmap "${name}" not found`);
  const value = own(object?.data, key);
  if (value === undefined && !optional) {
    throw new ContainerConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
  }
  return value;
}

async function fromSecret(
  objects: ObjectReader,
  namespace: string,
  { name = '', key, optional }: core.SecretKeySelector,
): Promise<string | undefined> {
  const object = await objects.secret(namespace, name);
  if (!object && !optional) throw new ContainerConfigError(`secret "${name}" not found`);
  const value = own(object?.data, key);
  if (value === undefined && !optional) {
    throw new ContainerConfigError(`couldn't find key ${key} in Secret ${namespace}/${name}`);
  }
  return value === undefined ? undefined : decodeSecret(value);
}

async function bulk(objects: ObjectReader, namespace: string, source: core.EnvFromSource): Promise<[string, string][]> {
  const prefix = source.prefix ?? '';
  if (source.configMapRef) {
    const { name = '', optional } = source.configMapRef;
    const object = await objects.configMap(namespace, name);
    if (!object && !optional) throw new ContainerConfigError(`configmap "${name}" not found`);
    return Object.entries(object?.data ?? {}).map(([key, value]) => [prefix + key, value]);
  }
  const { name = '', optional } = source.secretRef ?? {};
  const object = await objects.secret(namespace, name);
  if (!object && !optional) throw new ContainerConfigError(`secret "${name}" not found`);
  return Object.entries(object?.data ?? {}).map(([key, value]) => [prefix + key, decodeSecret(value)]);
}

async function single(
  pod: Pod,
  containerName: string,
  from: core.EnvVarSource,
  { objects, facts }: EnvInputs,
): Promise<string | undefined> {
  const namespace = pod.metadata.namespace ?? '';
  if (from.fieldRef) return fieldValue(pod, from.fieldRef.fieldPath, facts);
  if (from.resourceFieldRef) return resourceValue(pod, from.resourceFieldRef, containerName, facts);
  if (from.configMapKeyRef) return fromConfigMap(objects, namespace, from.configMapKeyRef);
  return from.secretKeyRef ? fromSecret(objects, namespace, from.secretKeyRef) : undefined;
}

/** Throws `ContainerConfigError` if an object or a key that the container needs is missing. */
export async function environmentOf(
  pod: Pod,
  container: core.Container,
  inputs: EnvInputs,
): Promise<Map<string, string>> {
  const namespace = pod.metadata.namespace ?? '';
  const links = variablesFor(inputs.services, namespace, pod.spec.enableServiceLinks ?? true);
  const given = new Map<string, string>();
  for (const source of container.envFrom ?? []) {
    for (const [name, value] of await bulk(inputs.objects, namespace, source)) given.set(name, value);
  }
  const known = new Map([...links.map(({ name, value }): [string, string] => [name, value]), ...given]);
  for (const { name, value, valueFrom } of container.env ?? []) {
    const text = valueFrom ? await single(pod, container.name, valueFrom, inputs) : expand(value ?? '', known);
    if (text === undefined) continue;
    known.set(name, text);
    given.set(name, text);
  }
  // Variables of the pod override service links.
  return new Map([
    ...given,
    ...links.filter(({ name }) => !given.has(name)).map(({ name, value }): [string, string] => [name, value]),
  ]);
}
