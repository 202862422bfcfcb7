/**
 * Labels that a node may not give itself: they would steer workloads to it.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction and
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/kubelet/pkg/apis/well_known_labels.go
 */
const own = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);

/** What stands before the slash; '' where there is none. */
const domainOf = (label: string): string => (label.includes('/') ? label.slice(0, label.indexOf('/')) : '');

const within = (domain: string, ...parents: readonly string[]): boolean =>
  parents.some((parent) => domain === parent || domain.endsWith(`.${parent}`));

export function isForbiddenToNodes(label: string): boolean {
  const domain = domainOf(label);
  if (within(domain, 'node-restriction.kubernetes.io')) return true;
  if (!within(domain, 'kubernetes.io', 'k8s.io')) return false;
  return !own.has(label) && !within(domain, 'kubelet.kubernetes.io', 'node.kubernetes.io');
}
