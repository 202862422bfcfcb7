import type * as meta from '@kubernetes-models/apimachinery/apis/meta/v1';
import type { Wire } from './wire.ts';

export type DeleteOptions = Wire<meta.IDeleteOptions>;
export type LabelSelector = Wire<meta.ILabelSelector>;
export type LabelSelectorRequirement = Wire<meta.ILabelSelectorRequirement>;
export type ManagedFieldsEntry = Wire<meta.IManagedFieldsEntry>;
export type ListMeta = Wire<meta.IListMeta>;
export type ObjectMeta = Wire<meta.IObjectMeta>;
export type OwnerReference = Wire<meta.IOwnerReference>;
export type StatusCause = Wire<meta.IStatusCause>;
export type StatusDetails = Wire<meta.IStatusDetails>;
