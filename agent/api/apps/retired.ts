/**
 * Versions of workloads that upstream retired in 1.16 and we still accept: their defaults differ from those of apps/v1.
 * https://kubernetes.io/docs/reference/using-api/deprecation-guide/#v1-16 and
 * https://github.com/kubernetes/kubernetes/blob/release-1.15/pkg/apis/extensions/v1beta1/defaults.go
 */

import { isObject, type JsonObject } from '../json/value.ts';
import type { Representation } from '../kind.ts';
import type { AnyObject } from '../types.ts';

const noLimit = 2_147_483_647;

const objectOr = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** The selector was optional and followed the template's labels; so did the object's own labels. */
function withLabelsOfTemplate(object: AnyObject): AnyObject {
  const spec = objectOr(object.spec);
  const labels = objectOr(objectOr(spec.template).metadata).labels;
  if (!isObject(labels) || Object.keys(labels).length === 0) return object;
  const text = labels as Record<string, string>;
  return {
    ...object,
    metadata: { ...object.metadata, labels: object.metadata.labels ?? text },
    spec: { ...spec, selector: spec.selector ?? { matchLabels: text } },
  };
}

/** Defaults by path in the spec of a Deployment, where apps/v1 would fill in others. */
interface OldDefaults {
  revisionHistoryLimit: number;
  progressDeadlineSeconds: number;
  surge: number | string;
}

function withOldDefaults(object: AnyObject, { surge, ...limits }: OldDefaults): AnyObject {
  const { rollbackTo: _, ...spec } = objectOr(object.spec);
  const strategy = objectOr(spec.strategy);
  const rolling = (strategy.type ?? 'RollingUpdate') === 'RollingUpdate';
  const rollingUpdate = { maxSurge: surge, maxUnavailable: surge, ...objectOr(strategy.rollingUpdate) };
  return { ...object, spec: { ...limits, ...spec, strategy: rolling ? { ...strategy, rollingUpdate } : strategy } };
}

function retired(
  kind: string,
  group: string,
  version: string,
  deprecated: string,
  toHub?: (object: AnyObject) => AnyObject,
): Representation {
  return {
    group,
    version,
    definition: `io.k8s.api.${group}.${version}.${kind}`,
    retired: true,
    warning: `${group}/${version} ${kind} is deprecated in ${deprecated}+, unavailable in v1.16+; use apps/v1 ${kind}`,
    ...(toHub ? { toHub } : {}),
  };
}

export const retiredDeployments: readonly Representation[] = [
  retired('Deployment', 'extensions', 'v1beta1', 'v1.8', (object) =>
    withOldDefaults(withLabelsOfTemplate(object), {
      revisionHistoryLimit: noLimit,
      progressDeadlineSeconds: noLimit,
      surge: 1,
    }),
  ),
  retired('Deployment', 'apps', 'v1beta1', 'v1.8', (object) =>
    withOldDefaults(withLabelsOfTemplate(object), {
      revisionHistoryLimit: 2,
      progressDeadlineSeconds: 600,
      surge: '25%',
    }),
  ),
  retired('Deployment', 'apps', 'v1beta2', 'v1.9'),
];

export const retiredReplicaSets: readonly Representation[] = [
  retired('ReplicaSet', 'extensions', 'v1beta1', 'v1.8', withLabelsOfTemplate),
  retired('ReplicaSet', 'apps', 'v1beta2', 'v1.9'),
];
