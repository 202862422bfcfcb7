/** Custom resource definitions for tests, and the way to one that is served. */
import type { AnyObject, CustomResourceDefinition } from '../../../../agent/api/types.ts';
import type { TestApi } from './api.ts';

export const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
export const toolsPath = (version = 'v1') => `/apis/example.com/${version}/namespaces/default/tools`;

/** `rest` replaces what a version has: served, stored, any fields. */
export const toolVersion = (name: string, rest: object = {}) => ({
  name,
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  ...rest,
});

export const toolDefinition = (versions: readonly object[], spec: object = {}) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'tools.example.com' },
  spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'tools', kind: 'Tool' }, versions, ...spec },
});

export const tool = (name: string, rest: object = {}, version = 'v1') => ({
  apiVersion: `example.com/${version}`,
  kind: 'Tool',
  metadata: { name },
  ...rest,
});

const isEstablished = ({ status }: CustomResourceDefinition): boolean =>
  status?.conditions?.some(({ type, status: state }) => type === 'Established' && state === 'True') === true;

/** Resolves once it is established. */
export async function define(api: TestApi, versions: readonly object[], spec: object = {}): Promise<AnyObject> {
  await api.create(definitionsPath, toolDefinition(versions, spec));
  const watch = await api.watch(`${definitionsPath}?watch=1&fieldSelector=metadata.name=tools.example.com`);
  for (;;) {
    const { object } = await watch.event();
    if (isEstablished(object as AnyObject & CustomResourceDefinition)) return object as AnyObject;
  }
}
