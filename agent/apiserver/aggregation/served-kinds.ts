/** The kinds that this server has and those that others serve through it, as controllers follow them. */
import { isEqual } from '../../api/json/value.ts';
import { type Kind, resourceOf } from '../../api/kind.ts';
import { createKindRegistry, type KindRegistry } from '../../api/registry.ts';
import type { Logger } from '../../log.ts';

export interface ServedKinds extends KindRegistry {
  /** Replaces what others serve. A kind that is as before stays the same object. */
  replaceRemote(kinds: readonly Kind[]): void;
}

/** `unknown`: see `KindRegistry`. */
export function createServedKinds(local: KindRegistry, log: Logger, unknown: () => readonly string[]): ServedKinds {
  const remote = createKindRegistry([]);
  let merged = { revision: -1, kinds: local.list() };
  const revision = () => local.revision + remote.revision;

  const register = (kind: Kind): void => {
    try {
      remote.register(kind);
    } catch (error) {
      // Two resources of one server have the same kind.
      log.error('Could not follow the kind of another API server', { resource: resourceOf(kind), error });
    }
  };
  /** What this server has under the same path stays its own. */
  const isFree = ({ plural, representations: [{ group, version }] }: Kind): boolean =>
    local.find(group, version, plural) === undefined;

  return {
    list: () => {
      if (remote.list().length === 0) return local.list();
      if (merged.revision !== revision()) {
        merged = { revision: revision(), kinds: [...local.list(), ...remote.list()] };
      }
      return merged.kinds;
    },
    find: (...path) => local.find(...path) ?? remote.find(...path),
    named: (...name) => local.named(...name) ?? remote.named(...name),
    get revision() {
      return revision();
    },
    get unknown() {
      return unknown();
    },
    onChange: (listener) => {
      const stops = [local.onChange(listener), remote.onChange(listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    replaceRemote: (kinds) => {
      const wanted = new Map(kinds.filter(isFree).map((kind) => [resourceOf(kind), kind]));
      for (const present of remote.list()) {
        const kind = wanted.get(resourceOf(present));
        if (!kind) remote.unregister(resourceOf(present));
        else if (isEqual(JSON.parse(JSON.stringify(kind)), JSON.parse(JSON.stringify(present)))) {
          wanted.delete(resourceOf(present));
        }
      }
      for (const kind of wanted.values()) register(kind);
    },
  };
}
