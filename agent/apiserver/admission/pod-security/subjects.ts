/** Where kinds have a pod, or the template of one. */
import { isObject } from '../../../api/json/value.ts';
import { type Kind, resourceOf } from '../../../api/kind.ts';
import type { AnyObject } from '../../../api/types.ts';
import type { Subject } from './check.ts';

const paths: Readonly<Record<string, readonly string[]>> = {
  podtemplates: ['template'],
  replicationcontrollers: ['spec', 'template'],
  'replicasets.apps': ['spec', 'template'],
  'deployments.apps': ['spec', 'template'],
  'statefulsets.apps': ['spec', 'template'],
  'daemonsets.apps': ['spec', 'template'],
  'jobs.batch': ['spec', 'template'],
  'cronjobs.batch': ['spec', 'jobTemplate', 'spec', 'template'],
};

export const resourcesWithTemplates: readonly string[] = Object.keys(paths);

const isSubject = (value: unknown): value is Subject => isObject(value) && isObject(value.spec);

/** Undefined where the object has none. */
export function templateIn(kind: Kind, object: AnyObject): Subject | undefined {
  let at: unknown = object;
  for (const step of paths[resourceOf(kind)] ?? []) at = isObject(at) ? at[step] : undefined;
  if (!isSubject(at)) return undefined;
  return { spec: at.spec, metadata: at.metadata ?? {} };
}
