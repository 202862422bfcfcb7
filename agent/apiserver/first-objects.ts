/** Makes objects that a cluster is to have: each where it is missing, or all of them once in the life of the cluster. */
import { apiVersionOf, type Kind } from '../api/kind.ts';
import { mediaType } from '../api/media-types.ts';
import type { KubeObject } from '../api/types.ts';
import type { Transport } from '../client/transport.ts';
import { Refused } from './until-done.ts';

export interface Named {
  metadata: { name?: string; namespace?: string };
}

export const collectionOf = (kind: Kind, namespace?: string): string => {
  const [representation] = kind.representations;
  const root = representation.group ? '/apis' : '/api';
  const within = namespace ? `/namespaces/${namespace}` : '';
  return `${root}/${apiVersionOf(representation)}${within}/${kind.plural}`;
};

export async function ensure(transport: Transport, kind: Kind, object: Named): Promise<void> {
  const path = collectionOf(kind, object.metadata.namespace);
  const present = await transport.request({ method: 'GET', path: `${path}/${object.metadata.name}` });
  if (present.status === 200) return;
  const { status, body } = await transport.request({ method: 'POST', path, body: object });
  if (status !== 201 && status !== 409) {
    throw new Refused(`cannot create ${kind.kind} ${object.metadata.name}: ${JSON.stringify(body)}`);
  }
}

export interface FirstObjects {
  /** The annotation that the namespace kube-system has once they have been made. */
  mark: string;
  objects: readonly (readonly [Kind, Named])[];
}

/** Makes those without a mark. Once made, nobody makes them again: who changes or deletes one keeps his choice. */
export async function makeOnce(transport: Transport, groups: readonly FirstObjects[]): Promise<void> {
  const path = '/api/v1/namespaces/kube-system';
  const { body } = await transport.request({ method: 'GET', path });
  const marks = (body as KubeObject).metadata.annotations ?? {};
  const missing = groups.filter(({ mark }) => marks[mark] === undefined);
  if (missing.length === 0) return;
  await Promise.all(missing.flatMap(({ objects }) => objects.map(([kind, object]) => ensure(transport, kind, object))));
  const headers = { 'content-type': mediaType.mergePatch };
  const annotations = Object.fromEntries(missing.map(({ mark }) => [mark, 'true']));
  const { status, body: answer } = await transport.request({
    method: 'PATCH',
    path,
    headers,
    body: { metadata: { annotations } },
  });
  if (status !== 200) throw new Refused(`cannot update Namespace kube-system: ${JSON.stringify(answer)}`);
}
