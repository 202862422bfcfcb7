/**
 * Definitions of custom resources as upstream's fixtures make them.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/test/integration/fixtures/resources.go
 */
import { expect } from 'vitest';
import type { AnyObject } from '../../../agent/api/types.ts';
import type { Conformance } from './conformance.ts';
import type { ResourceClient } from './go-client.ts';

export const group = 'mygroup.example.com';
export const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

export interface Version {
  name: string;
  served?: boolean;
  storage?: boolean;
  schema?: object;
  selectableFields?: readonly { jsonPath: string }[];
}

export interface Definition {
  /** `foos.mygroup.example.com` */
  name: string;
  plural: string;
  kind: string;
  object: AnyObject;
  /** Of a version, the first where none is named; in a namespace where it is namespaced. */
  resources(version?: string, namespace?: string): ResourceClient;
}

export const definitionsOf = (world: Conformance): ResourceClient =>
  world.typed('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions');

let count = 0;

export interface DefinitionOptions {
  scope?: 'Cluster' | 'Namespaced';
  group?: string;
  labels?: Record<string, string>;
  /** Of the definition's spec. */
  rest?: object;
}

/** Made, and in discovery in each version that is served. */
export async function define(
  world: Conformance,
  versions: readonly Version[],
  options: DefinitionOptions = {},
): Promise<Definition> {
  count += 1;
  const singular = `foo${count}a`;
  const { scope = 'Cluster', labels = {}, rest = {} } = options;
  const ofGroup = options.group ?? group;
  const names = { plural: `${singular}s`, singular, kind: singular, listKind: `${singular}List` };
  const name = `${names.plural}.${ofGroup}`;
  const object = await definitionsOf(world).create({
    metadata: { name, labels },
    spec: {
      group: ofGroup,
      scope,
      names,
      versions: versions.map(({ schema = anything, served = true, storage = true, ...version }) => ({
        ...version,
        served,
        storage,
        schema: { openAPIV3Schema: schema },
      })),
      ...rest,
    },
  });
  for (const { name: version, served = true } of versions) {
    if (served) await expect.poll(() => isDiscovered(world, `${ofGroup}/${version}`, names.plural)).toBe(true);
  }
  const first = versions[0]?.name ?? '';
  return {
    name,
    plural: names.plural,
    kind: names.kind,
    object,
    resources: (version = first, ...namespace) =>
      world.dynamic(`${ofGroup}/${version}`, names.kind, names.plural, ...namespace),
  };
}

export async function isDiscovered({ client }: Conformance, groupVersion: string, plural: string): Promise<boolean> {
  const { status, body } = await client.send('GET', `/apis/${groupVersion}`, { accept: 'application/json' });
  const { resources = [] } = JSON.parse(body.toString());
  return status === 200 && resources.some(({ name }: { name: string }) => name === plural);
}

/**
 * Creates and deletes an object, and sees its deletion in each version, as upstream does until a watch can begin where
 * an object was created.
 */
export async function prime({ kind, resources }: Definition, versions: readonly string[], namespace?: string) {
  const clientOf = (version: string) => resources(version, ...(namespace ? [namespace] : []));
  const content = { alpha: 'foo_123', beta: 10, gamma: 'bar', delta: 'hello', epsilon: 'foobar', spec: {} };
  const [first = ''] = versions;
  const metadata = { namespace: namespace ?? '', name: 'setup-instance' };
  const made = await clientOf(first).create({ kind, metadata, ...content });
  await clientOf(first).delete(made.metadata.name);
  for (const version of versions) {
    const watch = await clientOf(version).watch({ resourceVersion: made.metadata.resourceVersion ?? '' });
    expect((await watch.next()).type).toBe('DELETED');
    watch.stop();
  }
}
