/**
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/registry/customresource/validator.go
 * (validateKubeFinalizerName)
 */
import { checkQualifiedName } from '../names.ts';
import type { KubeObject } from '../types.ts';
import { isFinalizerOwned } from '../validation/namespace.ts';

const preference = (name: string): string =>
  name.includes('.')
    ? 'prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers'
    : 'prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers';

/** About finalizers of a custom resource whose names others may choose as well, and that were not there before. */
export function finalizerWarnings({ metadata }: KubeObject, old?: KubeObject): string[] {
  const before = new Set(old?.metadata.finalizers);
  const added = new Set((metadata.finalizers ?? []).filter((name) => !before.has(name)));
  return [...added]
    .sort()
    .flatMap((name) =>
      [...checkQualifiedName(name), ...(isFinalizerOwned(name) ? [] : [preference(name)])].map(
        (text) => `metadata.finalizers: ${JSON.stringify(name)}: ${text}`,
      ),
    );
}
