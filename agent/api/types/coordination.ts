import type * as coordination from 'kubernetes-models/coordination.k8s.io/v1';
import type { Wire } from './wire.ts';

export type Lease = Wire<coordination.ILease>;
