/** What is known of a list that the user may see in some namespaces only, and is therefore put together from those. */
import type { CallError } from '../../main/contract/reply.ts';
import type { ResourceChanges } from '../../main/contract/streams.ts';

export interface Confinement {
  namespaces: readonly string[];
  /** Why it is not a list of all namespaces. */
  refusal: CallError;
  /** By namespace: those that could not be listed. */
  errors: ReadonlyMap<string, CallError>;
  /** Those that have not answered yet. */
  waiting: ReadonlySet<string>;
}

export const confinedTo = (namespaces: readonly string[], refusal: CallError): Confinement => ({
  namespaces,
  refusal,
  errors: new Map(),
  waiting: new Set(namespaces),
});

/** After the word of one namespace. */
export function after(before: Confinement, { namespace = '', resync, synced, error }: ResourceChanges): Confinement {
  const waiting = new Set(before.waiting);
  const errors = new Map(before.errors);
  if (resync || synced || error) waiting.delete(namespace);
  if (error) errors.set(namespace, error);
  else if (resync || synced) errors.delete(namespace);
  return { ...before, errors, waiting };
}

/** Of the whole list: one namespace that can be seen is enough to show it. */
export const errorOf = ({ namespaces, errors, refusal }: Confinement): CallError | undefined =>
  errors.size < namespaces.length
    ? undefined
    : ([...errors.values()].find(({ code }) => code !== 'Forbidden') ?? refusal);
