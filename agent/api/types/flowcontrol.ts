import type * as flowcontrol from 'kubernetes-models/flowcontrol.apiserver.k8s.io/v1';
import type { Wire } from './wire.ts';

export type ExemptPriorityLevelConfiguration = Wire<flowcontrol.IExemptPriorityLevelConfiguration>;
export type FlowSchema = Wire<flowcontrol.IFlowSchema>;
export type FlowSchemaSpec = Wire<flowcontrol.IFlowSchemaSpec>;
export type LimitResponse = Wire<flowcontrol.ILimitResponse>;
export type LimitedPriorityLevelConfiguration = Wire<flowcontrol.ILimitedPriorityLevelConfiguration>;
export type NonResourcePolicyRule = Wire<flowcontrol.INonResourcePolicyRule>;
export type PolicyRulesWithSubjects = Wire<flowcontrol.IPolicyRulesWithSubjects>;
export type PriorityLevelConfiguration = Wire<flowcontrol.IPriorityLevelConfiguration>;
export type PriorityLevelConfigurationSpec = Wire<flowcontrol.IPriorityLevelConfigurationSpec>;
export type QueuingConfiguration = Wire<flowcontrol.IQueuingConfiguration>;
export type ResourcePolicyRule = Wire<flowcontrol.IResourcePolicyRule>;
export type Subject = Wire<flowcontrol.ISubject>;
