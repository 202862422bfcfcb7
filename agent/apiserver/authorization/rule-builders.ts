/** Shorthand for tables of rules. */
import type { PolicyRule } from './authorizer.ts';

export const coreGroup: readonly string[] = [''];
export const read: readonly string[] = ['get', 'list', 'watch'];

export const rule = (
  verbs: readonly string[],
  apiGroups: readonly string[],
  resources: readonly string[],
): PolicyRule => ({ verbs, apiGroups, resources });

export const eventsRule = rule(['create', 'update', 'patch'], ['', 'events.k8s.io'], ['events']);
