/** What a POST to a subresource does, by the kind that the declaration says it takes. */
import type { Call } from '../verbs/call.ts';
import { bind } from './binding.ts';
import { evict } from './eviction.ts';
import { requestToken } from './token.ts';

/** Resolves with the object to answer; with nothing where a Status says that it is done. */
export type PostedSubresource = (call: Call) => Promise<object | void>;

export const postedSubresources: ReadonlyMap<string, PostedSubresource> = new Map<string, PostedSubresource>([
  ['Binding', bind],
  ['Eviction', evict],
  ['TokenRequest', requestToken],
]);
