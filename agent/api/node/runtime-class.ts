import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { invalidBy } from '../field-errors.ts';
import { checkDns1123Label } from '../names.ts';
import { retiredVersion } from '../retired-version.ts';
import { validateLabels } from '../selector-validation.ts';
import type { RuntimeClass } from '../types.ts';
import { validateKept } from '../validation/kept.ts';
import { validateOverhead } from '../validation/resources.ts';
import { validateTolerations } from '../validation/tolerations.ts';

export const runtimeClasses = defineKind<RuntimeClass>({
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  namespaced: false,
  representations: [
    { group: 'node.k8s.io', version: 'v1', definition: 'io.k8s.api.node.v1.RuntimeClass' },
    retiredVersion({
      kind: 'RuntimeClass',
      group: 'node.k8s.io',
      version: 'v1beta1',
      deprecated: 'v1.22',
      unavailable: 'v1.25',
      use: 'node.k8s.io/v1',
    }),
  ],
  needsRevision: true,
  anyFinalizer: true,
  columns: [nameColumn, column('Handler', 'What the runtime of a node calls it.', ({ handler }) => handler), ageColumn],
  /**
   * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/node/validation/validation.go
   * (ValidateRuntimeClass)
   */
  validate({ handler, overhead, scheduling }, old) {
    if (old) return validateKept('handler', handler, old.handler);
    return [
      ...invalidBy('handler', handler ?? '', checkDns1123Label),
      ...validateOverhead('overhead', overhead?.podFixed),
      ...validateLabels('scheduling.nodeSelector', scheduling?.nodeSelector),
      ...validateTolerations('scheduling.tolerations', scheduling?.tolerations),
    ];
  },
});
