/** Shorthand for tables of rules. */
import type { PolicyRule } from '../authorizer.ts';

const words = (text: string): string[] => text.split(' ').filter(Boolean);

export const read = 'get list watch';
export const write = 'create delete deletecollection patch update';
export const readWrite = `${read} ${write}`;

/**
 * Of lists of words; `core` stands for the group without a name. As upstream's `RuleOrDie`, each list is sorted.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/rbac/v1/helpers.go
 */
export const rule = (verbs: string, groups: string, resources: string, names = ''): PolicyRule => ({
  verbs: words(verbs).sort(),
  apiGroups: words(groups)
    .map((group) => (group === 'core' ? '' : group))
    .sort(),
  resources: words(resources).sort(),
  ...(names ? { resourceNames: words(names).sort() } : {}),
});

export const urlRule = (verbs: string, urls: string): PolicyRule => ({
  verbs: words(verbs).sort(),
  nonResourceURLs: words(urls).sort(),
});

export const eventsRule = rule('create patch update', 'core events.k8s.io', 'events');
