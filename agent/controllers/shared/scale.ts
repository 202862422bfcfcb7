/**
 * The scale of whatever a reference names: a built-in workload or a custom resource with a scale subresource.
 * https://github.com/kubernetes/client-go/blob/release-1.36/scale/client.go
 */
import { isNotFound } from '../../api/errors.ts';
import { type Kind, resourceOf, servedRepresentations } from '../../api/kind.ts';
import type { meta } from '../../api/types.ts';
import type { Context } from './controller.ts';

export interface ScaleReference {
  apiVersion?: string;
  kind: string;
  name: string;
}

/** An `autoscaling/v1` Scale. */
export interface Scale {
  metadata: meta.ObjectMeta;
  spec: { replicas?: number };
  status: { replicas: number; selector?: string };
}

type Sources = Pick<Context, 'client' | 'kinds' | 'signal'>;

/** The kind that a reference names. Throws in upstream's words where nobody serves it. */
export function scaledKind({ kinds }: Pick<Sources, 'kinds'>, { apiVersion = 'v1', kind }: ScaleReference): Kind {
  const served = kinds.named(apiVersion, kind);
  if (!served) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
  return served.kind;
}

/**
 * The kind that a reference names, in whatever version of its group. Throws in upstream's words where nobody serves it.
 */
export function kindOfGroup({ kinds }: Pick<Sources, 'kinds'>, { apiVersion = 'v1', kind }: ScaleReference): Kind {
  const [first = '', second, ...more] = apiVersion.split('/');
  if (more.length > 0) throw new Error(`unexpected GroupVersion string: ${apiVersion}`);
  const group = second === undefined ? '' : first;
  const isServed = (each: Kind): boolean => servedRepresentations(each).some((at) => at.group === group);
  const found = kinds.list().find((each) => each.kind === kind && isServed(each));
  if (!found) throw new Error(`no matches for kind "${kind}" in group "${group}"`);
  return found;
}

/** Rejects with `ApiError` 404 where the object does not exist, or its kind has no scale. */
export async function readScale(
  { client, signal }: Sources,
  kind: Kind,
  name: string,
  namespace: string,
): Promise<Scale> {
  return (await client.resource(kind).read(name, namespace, 'scale', signal)) as object as Scale;
}

/** Undefined if the object does not exist. Rejects where nobody serves the kind, or it has no scale. */
export async function findScale(sources: Sources, reference: ScaleReference, namespace: string) {
  const kind = scaledKind(sources, reference);
  try {
    return await readScale(sources, kind, reference.name, namespace);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    if (!kind.scale) throw new Error(`${resourceOf(kind)} does not implement the scale subresource`, { cause: error });
    return undefined;
  }
}
