import { ageColumn, column, nameColumn } from '../columns.ts';
import type { Kind, Validator } from '../kind.ts';
import { checkDns1123Label } from '../names.ts';
import type { Namespace } from '../types.ts';
import { validateNamespace, validateNamespaceFinalizers, validateNamespaceStatus } from '../validation/namespace.ts';

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/namespace/strategy.go (Canonicalize) */
function labelWithName({ metadata }: Namespace): void {
  metadata.labels = {
    ...metadata.labels,
    ...(metadata.name ? { 'kubernetes.io/metadata.name': metadata.name } : {}),
  };
}

export const namespaces: Kind<Namespace> = {
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  categories: [],
  namespaced: false,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.Namespace' }],
  hasStatus: true,
  hasGeneration: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: [
    {
      name: 'finalize',
      kind: 'Namespace',
      verbs: ['update'],
      specFields: 'all',
      validate: validateNamespaceFinalizers as Validator,
    },
  ],
  columns: [
    nameColumn,
    column('Status', 'The status of the namespace', ({ status }) => status?.phase ?? ''),
    ageColumn,
  ],
  fieldSelectors: { 'status.phase': (namespace) => namespace.status?.phase ?? '' },
  checkName: checkDns1123Label,
  heldBy: ({ spec }) => spec?.finalizers ?? [],
  prepareForDeletion(namespace) {
    namespace.status = { ...namespace.status, phase: 'Terminating' };
    delete namespace.metadata.deletionGracePeriodSeconds;
  },
  default(namespace) {
    namespace.spec ??= {};
    labelWithName(namespace);
  },
  prepareForCreate(namespace) {
    // A generated name is there only now.
    labelWithName(namespace);
    namespace.status = { phase: 'Active' };
    const finalizers = namespace.spec.finalizers ?? [];
    namespace.spec.finalizers = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'];
  },
  /**
   * Its subresource `finalize` changes them.
   * https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/namespace/strategy.go
   */
  prepareForUpdate({ spec }, old) {
    if (old.spec.finalizers) spec.finalizers = old.spec.finalizers;
    else delete spec.finalizers;
  },
  validate: validateNamespace,
  validateStatus: validateNamespaceStatus,
};
