import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { nonNegative, required } from '../field-errors.ts';
import { controllerOf } from '../owner.ts';
import type { ControllerRevision } from '../types.ts';
import { validateKept } from '../validation/kept.ts';
import { retiredControllerRevisions } from './retired.ts';

/** `statefulset.apps/web` */
function controllerName(revision: ControllerRevision): string {
  const owner = controllerOf(revision);
  if (!owner) return '<none>';
  const [group] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
  return `${owner.kind.toLowerCase()}${group ? `.${group}` : ''}/${owner.name}`;
}

export const controllerRevisions = defineKind<ControllerRevision>({
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  namespaced: true,
  representations: [
    { group: 'apps', version: 'v1', definition: 'io.k8s.api.apps.v1.ControllerRevision' },
    ...retiredControllerRevisions,
  ],
  columns: [
    nameColumn,
    column('Controller', 'Controller of the object', controllerName),
    column('Revision', 'Its place in the order of revisions.', ({ revision }) => revision),
    ageColumn,
  ],
  default(object) {
    object.revision ??= 0;
  },
  /**
   * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/apps/validation/validation.go
   * (ValidateControllerRevisionUpdate)
   */
  validate: ({ data, revision }, old) => [
    ...(data === undefined ? [required('data', 'data is mandatory')] : []),
    ...nonNegative('revision', revision),
    ...(old ? validateKept('data', data, old.data) : []),
  ],
});
