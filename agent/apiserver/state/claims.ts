/** Which object of a kind has what only one may have: found without looking through all of them. */
import type { StoredRecord } from './record.ts';
import type { ResourceState } from './resource-state.ts';

export interface Claims {
  /** Whether another object than that one has it. */
  isTaken(claim: string, id: string): boolean;
}

function follow(resource: ResourceState): Claims {
  const claimsOf = ({ object }: StoredRecord): readonly string[] => resource.kind.claims?.(object) ?? [];
  /** Ids by claim. More than one where somebody has written to the store beside the API server. */
  const holders = new Map<string, Set<string>>();
  const add = (record: StoredRecord) => {
    for (const claim of claimsOf(record)) holders.set(claim, (holders.get(claim) ?? new Set()).add(record.id));
  };
  const remove = (record: StoredRecord) => {
    for (const claim of claimsOf(record)) {
      const left = holders.get(claim);
      left?.delete(record.id);
      if (left?.size === 0) holders.delete(claim);
    }
  };
  for (const record of resource.objects.list('')) add(record);
  resource.followers.add(({ type, record, previous }) => {
    if (previous) remove(previous);
    if (type !== 'DELETED') add(record);
  });
  return {
    isTaken: (claim, id) => {
      const found = holders.get(claim);
      return found !== undefined && (found.size > 1 || !found.has(id));
    },
  };
}

const known = new WeakMap<ResourceState, Claims>();

/** Looks through the objects once, and then follows them. */
export function claimsIn(resource: ResourceState): Claims {
  const found = known.get(resource) ?? follow(resource);
  known.set(resource, found);
  return found;
}
