/**
 * Which revision of a daemon set a pod has. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/daemon/util/daemonset_util.go
 */
import { templateGeneration } from '../../api/apps/template-generation.ts';
import type { ControllerRevision, DaemonSet, Pod } from '../../api/types.ts';
import { revisionLabel } from '../shared/history.ts';

const generationLabel = 'pod-template-generation';

/** A revision of an earlier release may have no label. */
export const hashOf = ({ metadata }: ControllerRevision): string => metadata.labels?.[revisionLabel] ?? metadata.name;

/** As a label; none where the daemon set has no such annotation. */
export function templateGenerationOf(daemonSet: DaemonSet): Record<string, string> {
  const generation = templateGeneration.read(daemonSet);
  return generation > 0 ? { [generationLabel]: String(generation) } : {};
}

/** Tells for each pod whether it has the present template. Upstream's IsPodUpdated. */
export function isUpdated(daemonSet: DaemonSet, hash: string): (pod: Pod) => boolean {
  const generation = templateGenerationOf(daemonSet)[generationLabel];
  return ({ metadata: { labels = {} } }) =>
    labels[revisionLabel] === hash || (generation !== undefined && labels[generationLabel] === generation);
}
