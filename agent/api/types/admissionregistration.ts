import type * as admissionregistration from 'kubernetes-models/admissionregistration.k8s.io/v1';
import type { Wire } from './wire.ts';

export type MatchCondition = Wire<admissionregistration.IMatchCondition>;
export type MatchResources = Wire<admissionregistration.IMatchResources>;
export type MutatingAdmissionPolicy = Wire<admissionregistration.IMutatingAdmissionPolicy>;
export type MutatingAdmissionPolicyBinding = Wire<admissionregistration.IMutatingAdmissionPolicyBinding>;
export type MutatingWebhook = Wire<admissionregistration.IMutatingWebhook>;
export type MutatingWebhookConfiguration = Wire<admissionregistration.IMutatingWebhookConfiguration>;
export type NamedRuleWithOperations = Wire<admissionregistration.INamedRuleWithOperations>;
export type ParamKind = Wire<admissionregistration.IParamKind>;
export type ParamRef = Wire<admissionregistration.IParamRef>;
export type RuleWithOperations = Wire<admissionregistration.IRuleWithOperations>;
export type ValidatingAdmissionPolicy = Wire<admissionregistration.IValidatingAdmissionPolicy>;
export type ValidatingAdmissionPolicyBinding = Wire<admissionregistration.IValidatingAdmissionPolicyBinding>;
export type ValidatingWebhook = Wire<admissionregistration.IValidatingWebhook>;
export type ValidatingWebhookConfiguration = Wire<admissionregistration.IValidatingWebhookConfiguration>;
export type WebhookClientConfig = Wire<admissionregistration.IWebhookClientConfig>;
