/**
 * Pods and claims stay within the limit ranges of their namespace.
 * https://kubernetes.io/docs/concepts/policy/limit-range/
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/admission/limitranger/admission.go
 */
import { limitRanges } from '../../../api/core/limit-range.ts';
import { pods } from '../../../api/core/pod.ts';
import { resourceOf } from '../../../api/kind.ts';
import { amountsWithoutOverhead, type Resources } from '../../../api/pods.ts';
import type { AnyObject, core, LimitRange, Pod } from '../../../api/types.ts';
import { forbidden } from '../../errors.ts';
import { type Attributes, objectIn, shownName } from '../attributes.ts';
import { podOf } from '../pods.ts';
import type { AdmissionStep, Cluster } from '../step.ts';
import { type Amounts, violations } from './constraints.ts';
import { applyDefaults } from './defaults.ts';

const isLimitRange = (object: AnyObject): object is AnyObject & LimitRange => object.kind === limitRanges.kind;

const rangesIn = ({ state }: Cluster, namespace: string): LimitRange[] =>
  state
    .of(limitRanges)
    .objects.list(namespace)
    .map(({ object }) => object)
    .filter(isLimitRange);

const amountsOf = (resources: core.ResourceRequirements | undefined): Amounts => ({
  requests: (resources?.requests ?? {}) as Resources,
  limits: (resources?.limits ?? {}) as Resources,
});

const amountsOfPod = ({ spec }: Pod): Amounts => ({
  requests: amountsWithoutOverhead(spec, 'requests'),
  limits: amountsWithoutOverhead(spec, 'limits'),
});

function podViolations(limit: core.LimitRangeItem, pod: Pod): string[] {
  if (limit.type === 'Pod') return violations(limit, amountsOfPod(pod));
  if (limit.type !== 'Container') return [];
  const { containers = [], initContainers = [] } = pod.spec;
  return [...containers, ...initContainers].flatMap(({ resources }) => violations(limit, amountsOf(resources)));
}

const claimViolations = (limit: core.LimitRangeItem, { spec }: AnyObject): string[] =>
  limit.type === 'PersistentVolumeClaim'
    ? violations(limit, amountsOf((spec as { resources?: core.ResourceRequirements } | undefined)?.resources))
    : [];

const isPod = ({ kind }: Attributes, _object: AnyObject): _object is AnyObject & Pod =>
  resourceOf(kind) === resourceOf(pods);

function violationsOf(attributes: Attributes, limit: core.LimitRangeItem): string[] {
  const object = objectIn(attributes);
  return isPod(attributes, object) ? podViolations(limit, object) : claimViolations(limit, object);
}

/** Containers of a pod are as they were created; their amounts change through `resize` alone. */
const isChecked = (attributes: Attributes): boolean => {
  const { operation, subresource, old } = attributes;
  if (old?.metadata.deletionTimestamp) return false;
  return operation === 'create' || subresource === 'resize' || !isPod(attributes, objectIn(attributes));
};

function check(attributes: Attributes, cluster: Cluster): void {
  const { kind, namespace } = attributes;
  const name = shownName(objectIn(attributes));
  for (const { spec } of rangesIn(cluster, namespace)) {
    const found = [...new Set((spec.limits ?? []).flatMap((limit) => violationsOf(attributes, limit)))];
    if (found.length > 0) throw forbidden(kind, name, found.length === 1 ? (found[0] ?? '') : `[${found.join(', ')}]`);
  }
}

export const limitRanger: AdmissionStep = {
  name: 'LimitRanger',
  operations: ['create', 'update'],
  resources: ['pods', 'pods/resize', 'persistentvolumeclaims'],
  mutate: (attributes, cluster) => {
    const pod = attributes.operation === 'create' ? podOf(attributes) : undefined;
    if (pod) for (const range of rangesIn(cluster, attributes.namespace)) applyDefaults(range, pod);
  },
  validate: (attributes, cluster) => {
    if (isChecked(attributes)) check(attributes, cluster);
  },
};
