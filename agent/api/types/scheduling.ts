import type * as scheduling from 'kubernetes-models/scheduling.k8s.io/v1';
import type { Wire } from './wire.ts';

export type PriorityClass = Wire<scheduling.IPriorityClass>;
