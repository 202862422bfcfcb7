import type * as discovery from 'kubernetes-models/discovery.k8s.io/v1';
import type { Wire } from './wire.ts';

export type Endpoint = Wire<discovery.IEndpoint>;
export type EndpointConditions = Wire<discovery.IEndpointConditions>;
export type EndpointSlice = Wire<discovery.IEndpointSlice>;
