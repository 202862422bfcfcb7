/**
 * The kinds that are served now. Built-in kinds register at start, custom resources and other late ones at run time.
 * Whoever keeps something per kind (state, discovery, the garbage collector, the window) asks here and listens for
 * changes.
 */
import { apiVersionOf, type Kind, type Representation, resourceOf, servedRepresentations } from './kind.ts';

/** A kind under one of its group versions. */
export interface Served {
  kind: Kind;
  representation: Representation;
}

/** A kind that comes has no `removed`, one that goes no `added`; one that takes another's place has both. */
export interface KindChange {
  added?: Kind;
  removed?: Kind;
}

/** What a component needs that treats every kind alike. */
export interface KindSource {
  /** In the order of registration. The same array until something changes. */
  list(): readonly Kind[];
  /** Calls `listener` at once after every change; it must not throw. Returns what stops it. */
  onChange(listener: (change: KindChange) => void): () => void;
}

export interface KindRegistry extends KindSource {
  /** The kind behind a path: `find('apps', 'v1', 'deployments')`. */
  find(group: string, version: string, plural: string): Served | undefined;
  /** The kind that an object names: `named('apps/v1', 'Deployment')`. */
  named(apiVersion: string, kind: string): Served | undefined;
  /**
   * Group versions (`metrics.k8s.io/v1beta1`) of which nobody knows at the moment what is in them: another server
   * serves them and does not answer.
   */
  readonly unknown: readonly string[];
  /** Counts changes: whoever derives something from the kinds keeps it for as long as this stays the same. */
  readonly revision: number;
}

/** For those who bring kinds; all others see only the registry. */
export interface KindRegistrar extends KindRegistry {
  /**
   * Serves a kind; one of the same resource (`deployments.apps`) is replaced. Throws where another resource has one of
   * its paths or names already.
   */
  register(kind: Kind): void;
  /**
   * Stops serving a resource: `unregister('deployments.apps')`. Its objects stay in the store. False: nobody knew it.
   */
  unregister(resource: string): boolean;
}

interface Index {
  kinds: readonly Kind[];
  byPath: ReadonlyMap<string, Served>;
  byName: ReadonlyMap<string, Served>;
}

const keyOf = (apiVersion: string, name: string): string => `${apiVersion}/${name}`;

/** Throws where two of the kinds claim the same path or the same name. */
function indexOf(kinds: readonly Kind[]): Index {
  const byPath = new Map<string, Served>();
  const byName = new Map<string, Served>();
  const claim = (claims: Map<string, Served>, key: string, served: Served) => {
    const other = claims.get(key)?.kind;
    if (other) throw new Error(`${key} of ${resourceOf(served.kind)} is taken by ${resourceOf(other)}`);
    claims.set(key, served);
  };
  for (const kind of kinds) {
    for (const representation of servedRepresentations(kind)) {
      const served = { kind, representation };
      const apiVersion = apiVersionOf(representation);
      claim(byPath, keyOf(apiVersion, kind.plural), served);
      claim(byName, keyOf(apiVersion, kind.kind), served);
    }
  }
  return { kinds, byPath, byName };
}

/** Throws where two of the kinds claim the same path or the same name. */
export function createKindRegistry(kinds: readonly Kind[]): KindRegistrar {
  const listeners = new Set<(change: KindChange) => void>();
  let index = indexOf(kinds);
  let revision = 0;

  const present = (resource: string): Kind | undefined => index.kinds.find((kind) => resourceOf(kind) === resource);
  const change = (next: readonly Kind[], what: KindChange): void => {
    index = indexOf(next);
    revision += 1;
    for (const listener of [...listeners]) listener(what);
  };

  return {
    list: () => index.kinds,
    find: (group, version, plural) => index.byPath.get(keyOf(apiVersionOf({ group, version }), plural)),
    named: (apiVersion, kind) => index.byName.get(keyOf(apiVersion, kind)),
    unknown: [],
    get revision() {
      return revision;
    },
    onChange: (listener) => {
      // Wrapped, so that the same function given twice is called twice and stopped one at a time.
      const own = (what: KindChange) => listener(what);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    register: (kind) => {
      const removed = present(resourceOf(kind));
      if (removed)
        change(
          index.kinds.map((each) => (each === removed ? kind : each)),
          { added: kind, removed },
        );
      else change([...index.kinds, kind], { added: kind });
    },
    unregister: (resource) => {
      const removed = present(resource);
      if (!removed) return false;
      change(
        index.kinds.filter((each) => each !== removed),
        { removed },
      );
      return true;
    },
  };
}
