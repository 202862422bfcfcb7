/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/ */
import { column, nameColumn } from '../columns.ts';
import { withCondition } from '../conditions.ts';
import { defineKind } from '../define-kind.ts';
import type { Kind } from '../kind.ts';
import type { CustomResourceDefinition, KubeObject } from '../types.ts';
import { validateDefinition, validateDefinitionStatus, validateDefinitionUpdate } from './definition-validation.ts';
import { formatWarnings } from './definition-warnings.ts';
import { loadRulesOf } from './version-validation.ts';

/** Holds a deleted definition until no object of it is left. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** A definition's schema has a value for each property of each field: that of a large operator has 60,000. */
const mostValues = 100_000;

/** The version in which objects are stored is remembered for as long as any may be. */
function rememberStorage(definition: CustomResourceDefinition): void {
  const { spec, status = {} } = definition;
  const stored = spec.versions.find(({ storage }) => storage)?.name;
  const { storedVersions = [] } = status;
  if (stored === undefined || storedVersions.includes(stored)) return;
  definition.status = { ...status, storedVersions: [...storedVersions, stored] };
}

export const customResourceDefinitions: Kind<CustomResourceDefinition> = defineKind<CustomResourceDefinition>({
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  anyFinalizer: true,
  needsRevision: true,
  representations: [
    {
      group: 'apiextensions.k8s.io',
      version: 'v1',
      definition: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
      load: ({ spec }: KubeObject & Partial<Pick<CustomResourceDefinition, 'spec'>>) =>
        spec?.versions.map(loadRulesOf).find((loading) => loading !== undefined),
    },
  ],
  hasStatus: true,
  hasGeneration: true,
  mostValues,
  columns: [
    nameColumn,
    {
      ...column<CustomResourceDefinition>('Created At', '', ({ metadata }) => metadata.creationTimestamp),
      type: 'date',
    },
  ],
  /** https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apis/apiextensions/v1/defaults.go */
  default(definition) {
    // Upstream's types hold both by value.
    definition.spec ??= { group: '', names: { plural: '', kind: '' }, scope: '', versions: [] };
    const { spec } = definition;
    spec.versions ??= [];
    spec.scope ||= 'Namespaced';
    const names = spec.names ?? { plural: '', kind: '' };
    spec.names = names;
    if (names.kind) {
      names.singular ||= names.kind.toLowerCase();
      names.listKind ||= `${names.kind}List`;
    }
    spec.conversion ??= { strategy: 'None' };
    const service = spec.conversion.webhook?.clientConfig?.service;
    if (service) service.port ??= 443;
  },
  prepareForCreate(definition) {
    definition.status = { conditions: [], acceptedNames: { plural: '', kind: '' }, storedVersions: [] };
    rememberStorage(definition);
  },
  prepareForUpdate: rememberStorage,
  prepareForDeletion(definition) {
    const { metadata, status } = definition;
    const finalizers = metadata.finalizers ?? [];
    if (!finalizers.includes(cleanupFinalizer)) metadata.finalizers = [...finalizers, cleanupFinalizer];
    delete metadata.deletionGracePeriodSeconds;
    const conditions = withCondition(status?.conditions, {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionPending',
      message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      ...(metadata.deletionTimestamp ? { lastTransitionTime: metadata.deletionTimestamp } : {}),
    });
    definition.status = { ...status, conditions };
  },
  validate: (definition, old) => (old ? validateDefinitionUpdate(definition, old) : validateDefinition(definition)),
  validateStatus: validateDefinitionStatus,
  warn: formatWarnings,
});
