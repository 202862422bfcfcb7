/** What an API server may not answer, and what is deleted between trials. */

import { builtInKinds } from '../../../../agent/api/kinds.ts';
import { mediaType } from '../../../../agent/api/media-types.ts';
import type { ObjectList } from '../../../../agent/api/types.ts';
import type { ApiRequest } from '../../../../agent/client/transport.ts';
import { collectionOf } from './objects.ts';

/** What upstream answers with a code above 499: too large for the store, a revision that is still
 * to come, what its handlers make no Status of. */
const known = [
  'etcdserver: request is too large',
  'Too large resource version',
  'failed to create typed patch object',
  'target.name: Required value',
  'target.kind: Unsupported value',
];

/** True where the server failed, and did not say no. `message` may have more around it. */
export const isFault = (status: number, message: string): boolean =>
  status >= 500 && !known.some((each) => message.includes(each));

/** What makes others wait, or comes back. */
const keptKinds = new Set(['namespaces', 'componentstatuses', 'flowschemas', 'prioritylevelconfigurations']);

type Ask = (
  method: ApiRequest['method'],
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<{ body?: unknown }>;

/** Deletes what the trials have made. */
export async function tidy(ask: Ask): Promise<void> {
  for (const { plural, namespaced, representations } of builtInKinds) {
    const [{ group, version }] = representations;
    if (keptKinds.has(plural)) continue;
    const path = collectionOf(group, version, namespaced, plural);
    const { items } = (await ask('GET', path)).body as ObjectList;
    for (const { metadata } of items.filter(({ metadata }) => metadata.finalizers?.length)) {
      const headers = { 'content-type': mediaType.mergePatch };
      await ask('PATCH', `${path}/${metadata.name}`, { metadata: { finalizers: null } }, headers);
    }
    await ask('DELETE', `${path}?gracePeriodSeconds=0`);
  }
}
