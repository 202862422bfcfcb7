/**
 * The namespaces that the window knows of in a context whose server does not list them for the user: the kubeconfig's
 * own for the context, and those that the user has typed.
 */
import { contexts, preferences, savePreferences } from './app-state.ts';
import { useStore } from './store.ts';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export const namePattern = '[a-z0-9]([a-z0-9\\-]{0,61}[a-z0-9])?';

const mostRemembered = 50;

const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');

const rememberedIn = (context: string): readonly string[] => {
  const saved = preferences.get()?.[`namespaces.${context}`];
  return isNames(saved) ? saved : [];
};

/** https://kubernetes.io/docs/tasks/access-application-cluster/configure-access-multiple-clusters/ */
export const ownNamespace = (context: string): string =>
  contexts.get().find(({ name }) => name === context)?.namespace || 'default';

export const knownNamespaces = (context: string): readonly string[] =>
  [...new Set([ownNamespace(context), ...rememberedIn(context)])].sort();

export function useKnownNamespaces(context: string): readonly string[] {
  useStore(contexts);
  useStore(preferences);
  return knownNamespaces(context);
}

/** The newest are kept. */
export function rememberNamespaces(context: string, names: readonly string[]): void {
  const known = knownNamespaces(context);
  const fresh = names.filter((name) => !known.includes(name));
  if (fresh.length > 0)
    savePreferences({ [`namespaces.${context}`]: [...rememberedIn(context), ...fresh].slice(-mostRemembered) });
}

export function forgetNamespace(context: string, name: string): void {
  savePreferences({ [`namespaces.${context}`]: rememberedIn(context).filter((other) => other !== name) });
}

/** Calls back when other namespaces may be known of. */
export function onKnownNamespaces(listener: () => void): void {
  preferences.subscribe(listener);
  contexts.subscribe(listener);
}
