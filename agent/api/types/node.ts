import type * as node from 'kubernetes-models/node.k8s.io/v1';
import type { Wire } from './wire.ts';

export type RuntimeClass = Wire<node.IRuntimeClass>;
