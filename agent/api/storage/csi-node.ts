/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/storage/validation/validation.go
 * (ValidateCSINode)
 */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { duplicate, immutable, invalid, invalidBy, nonNegative, required, requiredText } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkQualifiedName } from '../names.ts';
import type { CSINode, storage } from '../types.ts';
import { validateDriver } from '../validation/remote-volumes.ts';
import { isSame } from '../validation/same.ts';

type Driver = storage.CSINodeDriver;

const longestId = 256;
const drivers = 'spec.drivers';

function validateTopologyKeys(path: string, keys: readonly string[] = []): FieldError[] {
  return keys.flatMap((key, index) => [
    ...requiredText(path, key),
    ...(keys.indexOf(key) < index ? [duplicate(path, key)] : []),
    ...invalidBy(path, key, checkQualifiedName),
  ]);
}

const validateNodeDriver = (path: string, driver: Driver): FieldError[] => [
  ...validateDriver(`${path}.name`, driver.name),
  ...(driver.nodeID ? [] : [required(`${path}.nodeID`)]),
  ...(driver.nodeID.length > longestId
    ? [invalid(`${path}.nodeID`, driver.nodeID, `must be ${longestId} characters or less`)]
    : []),
  ...nonNegative(`${path}.allocatable.count`, driver.allocatable?.count),
];

/** What a driver says of a node stays, but for how many volumes fit: that may change as the node does. */
function validateKept(now: readonly Driver[], before: readonly Driver[]): FieldError[] {
  return before.flatMap((old) =>
    now
      .filter(({ name }) => name === old.name)
      .filter((driver) => !isSame({ ...driver, allocatable: undefined }, { ...old, allocatable: undefined }))
      .map(({ allocatable: _allocatable, ...driver }) =>
        invalid(
          drivers,
          { Name: driver.name, NodeID: driver.nodeID, TopologyKeys: driver.topologyKeys ?? null, Allocatable: null },
          immutable,
        ),
      ),
  );
}

export const csiNodes = defineKind<CSINode>({
  kind: 'CSINode',
  plural: 'csinodes',
  namespaced: false,
  representations: [{ group: 'storage.k8s.io', version: 'v1', definition: 'io.k8s.api.storage.v1.CSINode' }],
  needsRevision: true,
  columns: [
    nameColumn,
    column(
      'Drivers',
      'Drivers indicates the number of CSI drivers registered on the node',
      ({ spec }) => spec.drivers?.length ?? 0,
      { type: 'integer' },
    ),
    ageColumn,
  ],
  default(node) {
    node.spec ??= { drivers: [] };
  },
  validate({ spec }, old) {
    const names = (spec.drivers ?? []).map(({ name }) => name);
    return [
      ...(spec.drivers ?? []).flatMap((driver, index) => {
        const path = `${drivers}[${index}]`;
        return [
          ...validateNodeDriver(path, driver),
          ...(names.indexOf(driver.name) < index ? [duplicate(`${path}.name`, driver.name)] : []),
          ...validateTopologyKeys(path, driver.topologyKeys),
        ];
      }),
      ...(old ? validateKept(spec.drivers ?? [], old.spec.drivers ?? []) : []),
    ];
  },
});
