/** What a POST to a subresource does, by the kind that the declaration says it takes. */
import type { Call } from '../verbs/call.ts';
import { bind } from './binding.ts';
import { evict } from './eviction.ts';
import { requestToken } from './token.ts';

/** Resolves with the object to answer; undefined where a Status says that it is done. */
export type PostedSubresource = (call: Call) => Promise<object | undefined>;

const answeredByStatus =
  (act: (call: Call) => Promise<void>): PostedSubresource =>
  async (call) => {
    await act(call);
    return undefined;
  };

export const postedSubresources: ReadonlyMap<string, PostedSubresource> = new Map<string, PostedSubresource>([
  ['Binding', answeredByStatus(bind)],
  ['Eviction', answeredByStatus(evict)],
  ['TokenRequest', requestToken],
]);
