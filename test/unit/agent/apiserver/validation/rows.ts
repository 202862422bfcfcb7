/** The whole table. */

import { admissionRows } from './admission-rows.ts';
import { batchRows } from './batch-rows.ts';
import { containerRows } from './container-rows.ts';
import { controllerRows } from './controller-rows.ts';
import { dataRows } from './data-rows.ts';
import { deviceRows } from './device-rows.ts';
import { flowControlRows } from './flow-control-rows.ts';
import { metadataRows } from './metadata-rows.ts';
import { networkingRows } from './networking-rows.ts';
import { nodeRows } from './node-rows.ts';
import { podChangeRows } from './pod-change-rows.ts';
import { podRows } from './pod-rows.ts';
import { policyRows } from './policy-rows.ts';
import { rbacRows } from './rbac-rows.ts';
import { resourceRows } from './resource-rows.ts';
import type { Row } from './row.ts';
import { smallRows } from './small-rows.ts';
import { storageRows } from './storage-rows.ts';
import { volumeRows } from './volume-rows.ts';
import { workloadRows } from './workload-rows.ts';

export const rows: readonly Row[] = [
  ...metadataRows,
  ...podRows,
  ...podChangeRows,
  ...containerRows,
  ...volumeRows,
  ...resourceRows,
  ...smallRows,
  ...nodeRows,
  ...dataRows,
  ...workloadRows,
  ...rbacRows,
  ...controllerRows,
  ...batchRows,
  ...policyRows,
  ...storageRows,
  ...networkingRows,
  ...flowControlRows,
  ...admissionRows,
  ...deviceRows,
];
