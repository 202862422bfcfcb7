/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/storage/validation/validation.go
 * (ValidateCSIStorageCapacity)
 */
import { column, nameColumn } from '../columns.ts';
import { warnOfExpressions } from '../core/node-labels.ts';
import { defineKind } from '../define-kind.ts';
import { immutable, invalid, invalidBy } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain } from '../names.ts';
import { parseQuantity } from '../quantity.ts';
import { validateLabelSelector } from '../selector-validation.ts';
import type { CSIStorageCapacity } from '../types.ts';
import { isSame } from '../validation/same.ts';

const validateCapacity = (amount: unknown): FieldError[] =>
  typeof amount === 'string' && parseQuantity(amount).nano < 0n
    ? [invalid('capacity', amount, 'must be greater than or equal to 0')]
    : [];

function validateUpdate(capacity: CSIStorageCapacity, old: CSIStorageCapacity): FieldError[] {
  const { nodeTopology, storageClassName } = capacity;
  const moved = !isSame({ nodeTopology }, { nodeTopology: old.nodeTopology });
  return [
    ...(moved ? [invalid('nodeTopology', nodeTopology ?? null, immutable)] : []),
    ...(storageClassName === old.storageClassName ? [] : [invalid('storageClassName', storageClassName, immutable)]),
  ];
}

export const csiStorageCapacities = defineKind<CSIStorageCapacity>({
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  namespaced: true,
  representations: [{ group: 'storage.k8s.io', version: 'v1', definition: 'io.k8s.api.storage.v1.CSIStorageCapacity' }],
  needsRevision: true,
  columns: [
    nameColumn,
    column('StorageClassName', 'The class whose volumes can be made.', ({ storageClassName }) => storageClassName),
    column('Capacity', 'How much is left.', ({ capacity }) => (capacity === undefined ? '<unset>' : String(capacity))),
  ],
  validate: (capacity, old) =>
    old
      ? validateUpdate(capacity, old)
      : [
          ...(capacity.nodeTopology ? validateLabelSelector('nodeTopology', capacity.nodeTopology) : []),
          ...invalidBy('storageClassName', capacity.storageClassName, checkDns1123Subdomain),
          ...validateCapacity(capacity.capacity),
        ],
  warn: ({ nodeTopology }) => warnOfExpressions('nodeTopology.matchExpressions', nodeTopology?.matchExpressions),
});
