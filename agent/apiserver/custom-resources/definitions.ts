/**
 * Serves the kinds that custom resource definitions describe: registers each as soon as its names are accepted, and
 * takes it away with its definition, after all of its objects.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/customresource_handler.go
 */
import { customKind } from '../../api/apiextensions/custom-kind.ts';
import { customResourceDefinitions } from '../../api/apiextensions/custom-resource-definition.ts';
import { isConditionTrue } from '../../api/conditions.ts';
import { isEqual } from '../../api/json/value.ts';
import { resourceOf } from '../../api/kind.ts';
import type { KindRegistrar } from '../../api/registry.ts';
import type { AnyObject, CustomResourceDefinition } from '../../api/types.ts';
import type { Logger } from '../../log.ts';
import type { State } from '../state/state.ts';

export const definitionsIn = (state: State): CustomResourceDefinition[] =>
  state
    .of(customResourceDefinitions)
    .objects.list('')
    .map(({ object }) => object as AnyObject & CustomResourceDefinition);

const isServed = ({ status }: CustomResourceDefinition): boolean => isConditionTrue(status?.conditions, 'Established');

/** What a kind is made of: a definition that differs in nothing else leaves it as it is. */
const essenceOf = ({ spec, status }: CustomResourceDefinition): object => ({ spec, names: status?.acceptedNames });

export interface ServedDefinitions {
  stop(): void;
}

/**
 * Calls `changed` after every change of a definition, with its name; what is served is up to date then. Kinds that the
 * server has by itself are not replaced.
 */
export function followDefinitions(
  state: State,
  kinds: KindRegistrar,
  log: Logger,
  changed: (name: string) => void,
): ServedDefinitions {
  const served = new Map<string, object>();
  const builtIn = new Set(kinds.list().map(resourceOf));

  const serve = (definition: CustomResourceDefinition): void => {
    const { name } = definition.metadata;
    const essence = essenceOf(definition);
    if (!isServed(definition) || builtIn.has(name) || isEqual(served.get(name), essence)) return;
    try {
      kinds.register(customKind(definition));
      served.set(name, essence);
    } catch (error) {
      // It names a kind or a path that another one has: its condition says which, and it is not served.
      log.error('Could not serve a custom resource', { name, error });
    }
  };
  const withdraw = (name: string): void => {
    if (served.delete(name)) kinds.unregister(name);
  };

  for (const definition of definitionsIn(state)) serve(definition);
  const { followers } = state.of(customResourceDefinitions);
  const follow: Parameters<typeof followers.add>[0] = ({ type, record }) => {
    const definition = record.object as AnyObject & CustomResourceDefinition;
    if (type === 'DELETED') withdraw(record.name);
    else serve(definition);
    changed(record.name);
  };
  followers.add(follow);
  return { stop: () => followers.delete(follow) };
}
