/**
 * Versions of workloads that upstream retired in 1.16 and we still accept: their defaults differ from those of apps/v1.
 * https://kubernetes.io/docs/reference/using-api/deprecation-guide/#v1-16 and
 * https://github.com/kubernetes/kubernetes/blob/release-1.15/pkg/apis/extensions/v1beta1/defaults.go,
 * https://github.com/kubernetes/kubernetes/blob/release-1.15/pkg/apis/apps/v1beta1/defaults.go
 */

import { isObject, type JsonObject } from '../json/value.ts';
import type { Representation } from '../kind.ts';
import { retiredVersion } from '../retired-version.ts';
import type { AnyObject } from '../types.ts';
import { templateGeneration } from './template-generation.ts';

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

/** Pods were replaced only once somebody deleted them. */
function updatedOnDelete(object: AnyObject): AnyObject {
  const spec = objectOr(object.spec);
  const strategy = objectOr(spec.updateStrategy);
  return { ...object, spec: { ...spec, updateStrategy: { ...strategy, type: strategy.type || 'OnDelete' } } };
}

/** The spec said how often the template had changed. */
function withGenerationInMetadata(object: AnyObject): AnyObject {
  const { templateGeneration: generation, ...spec } = objectOr(object.spec);
  const result = { ...object, spec, metadata: { ...object.metadata } };
  if (typeof generation === 'number') templateGeneration.write(result, generation);
  return result;
}

function withGenerationInSpec(object: AnyObject): AnyObject {
  const { annotations: _annotations, ...metadata } = object.metadata;
  const annotations = templateGeneration.without(object);
  return {
    ...object,
    metadata: annotations ? { ...metadata, annotations } : metadata,
    spec: { ...objectOr(object.spec), templateGeneration: templateGeneration.read(object) },
  };
}

/** The release in which upstream called each of them deprecated. */
const deprecated = { 'extensions/v1beta1': 'v1.8', 'apps/v1beta1': 'v1.8', 'apps/v1beta2': 'v1.9' } as const;

function retired(
  kind: string,
  apiVersion: keyof typeof deprecated,
  conversion: Parameters<typeof retiredVersion>[1] = {},
): Representation {
  const [group = '', version = ''] = apiVersion.split('/');
  const told = { deprecated: deprecated[apiVersion], unavailable: 'v1.16', use: 'apps/v1' };
  return retiredVersion({ kind, group, version, ...told }, conversion);
}

export const retiredDeployments: readonly Representation[] = [
  retired('Deployment', 'extensions/v1beta1', {
    toHub: (object) =>
      withOldDefaults(withLabelsOfTemplate(object), {
        revisionHistoryLimit: noLimit,
        progressDeadlineSeconds: noLimit,
        surge: 1,
      }),
  }),
  retired('Deployment', 'apps/v1beta1', {
    toHub: (object) =>
      withOldDefaults(withLabelsOfTemplate(object), {
        revisionHistoryLimit: 2,
        progressDeadlineSeconds: 600,
        surge: '25%',
      }),
  }),
  retired('Deployment', 'apps/v1beta2'),
];

export const retiredReplicaSets: readonly Representation[] = [
  retired('ReplicaSet', 'extensions/v1beta1', { toHub: withLabelsOfTemplate }),
  retired('ReplicaSet', 'apps/v1beta2'),
];

export const retiredStatefulSets: readonly Representation[] = [
  retired('StatefulSet', 'apps/v1beta1', { toHub: (object) => updatedOnDelete(withLabelsOfTemplate(object)) }),
  retired('StatefulSet', 'apps/v1beta2'),
];

export const retiredDaemonSets: readonly Representation[] = [
  retired('DaemonSet', 'extensions/v1beta1', {
    toHub: (object) => withGenerationInMetadata(updatedOnDelete(withLabelsOfTemplate(object))),
    fromHub: withGenerationInSpec,
  }),
  retired('DaemonSet', 'apps/v1beta2'),
];

export const retiredControllerRevisions: readonly Representation[] = [
  retired('ControllerRevision', 'apps/v1beta1'),
  retired('ControllerRevision', 'apps/v1beta2'),
];
