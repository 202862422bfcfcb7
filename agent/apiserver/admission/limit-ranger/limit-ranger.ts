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
import { createTurns } from '../../turns.ts';
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

/** What a limit is compared with. */
interface Comparison {
  limit: core.LimitRangeItem;
  amounts: Amounts;
}

function* ofPod(limit: core.LimitRangeItem, pod: Pod): Generator<Comparison> {
  if (limit.type === 'Pod') yield { limit, amounts: amountsOfPod(pod) };
  if (limit.type !== 'Container') return;
  const { containers = [], initContainers = [] } = pod.spec;
  for (const { resources } of [...containers, ...initContainers]) yield { limit, amounts: amountsOf(resources) };
}

function* ofClaim(limit: core.LimitRangeItem, { spec }: AnyObject): Generator<Comparison> {
  const { resources } = (spec ?? {}) as { resources?: core.ResourceRequirements };
  if (limit.type === 'PersistentVolumeClaim') yield { limit, amounts: amountsOf(resources) };
}

const isPod = ({ kind }: Attributes, _object: AnyObject): _object is AnyObject & Pod =>
  resourceOf(kind) === resourceOf(pods);

function* comparisons(attributes: Attributes, { spec }: LimitRange): Generator<Comparison> {
  const object = objectIn(attributes);
  for (const limit of spec.limits ?? []) {
    yield* isPod(attributes, object) ? ofPod(limit, object) : ofClaim(limit, object);
  }
}

/** Containers of a pod are as they were created; their amounts change through `resize` alone. */
const isChecked = (attributes: Attributes): boolean => {
  const { operation, subresource, old } = attributes;
  if (old?.metadata.deletionTimestamp) return false;
  return operation === 'create' || subresource === 'resize' || !isPod(attributes, objectIn(attributes));
};

/** Of what is wrong, so much is told; upstream tells all. */
const mostTold = 200;

async function check(attributes: Attributes, cluster: Cluster): Promise<void> {
  const { kind, namespace } = attributes;
  for (const range of rangesIn(cluster, namespace)) {
    const found = new Set<string>();
    await turns.each(comparisons(attributes, range), ({ limit, amounts }) => {
      if (found.size < mostTold) for (const each of violations(limit, amounts)) found.add(each);
    });
    if (found.size === 0) continue;
    const [first = '', ...others] = found;
    const text = others.length === 0 ? first : `[${[first, ...others].join(', ')}]`;
    throw forbidden(kind, shownName(objectIn(attributes)), text);
  }
}

const turns = createTurns();

export const limitRanger: AdmissionStep = {
  name: 'LimitRanger',
  operations: ['create', 'update'],
  resources: ['pods', 'pods/resize', 'persistentvolumeclaims'],
  mutate: (attributes, cluster) => {
    const pod = attributes.operation === 'create' ? podOf(attributes) : undefined;
    if (pod) applyDefaults(rangesIn(cluster, attributes.namespace), pod);
  },
  validate: (attributes, cluster) => (isChecked(attributes) ? check(attributes, cluster) : undefined),
};
