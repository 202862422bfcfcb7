/** https://github.com/kubernetes/pod-security-admission/tree/release-1.36/policy (check_procMount_*.go) */
import {
  type Check,
  containersNamed,
  containersOf,
  exceptInUserNamespace,
  type Look,
  quoted,
  sortedSet,
} from '../check.ts';

const look: Look = (subject) => {
  const bad = containersOf(subject).flatMap(({ name, securityContext }) => {
    const { procMount = 'Default' } = securityContext ?? {};
    return procMount === 'Default' ? [] : [{ name, procMount }];
  });
  if (bad.length === 0) return undefined;
  const types = sortedSet(bad.map(({ procMount }) => procMount));
  const names = containersNamed(bad.map(({ name }) => name));
  return { reason: 'procMount', detail: `${names} must not set securityContext.procMount to ${quoted(types)}` };
};

export const procMountChecks: readonly Check[] = [
  {
    id: 'procMount',
    level: 'baseline',
    versions: [
      { since: 0, look },
      { since: 35, look: exceptInUserNamespace(look) },
    ],
  },
  { id: 'procMount_restricted', level: 'restricted', versions: [{ since: 35, look }], overrides: 'procMount' },
];
