import type * as apiregistration from 'kubernetes-models/apiregistration.k8s.io/v1';
import type { Wire } from './wire.ts';

export type APIService = Wire<apiregistration.IAPIService>;
export type APIServiceCondition = Wire<apiregistration.IAPIServiceCondition>;
export type APIServiceSpec = Wire<apiregistration.IAPIServiceSpec>;
export type ServiceReference = Wire<apiregistration.IServiceReference>;
