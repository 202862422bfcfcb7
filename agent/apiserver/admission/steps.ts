/**
 * The steps, in upstream's order.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubeapiserver/options/plugins.go
 */

import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './certificates.ts';
import { customResourceLifecycle } from './custom-resource-lifecycle.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerations } from './default-tolerations.ts';
import { grantedRights } from './granted-rights.ts';
import { limitRanger } from './limit-ranger/limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction/node-restriction.ts';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts';
import { podSecurity } from './pod-security/pod-security.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import { mutatingPolicies } from './policies/mutating.ts';
import { validatingPolicies } from './policies/validating.ts';
import { lastingPriorityClasses, oneDefaultPriority, priority } from './priority.ts';
import { resourceQuota } from './resource-quota/resource-quota.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { serviceAllocation } from './service-allocation.ts';
import type { AdmissionStep } from './step.ts';
import { storageInUseProtection } from './storage-in-use-protection.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';
import { mutatingWebhooks } from './webhooks/mutating.ts';
import { validatingWebhooks } from './webhooks/validating.ts';

export const admissionSteps: readonly AdmissionStep[] = [
  namespaceLifecycle,
  customResourceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  podSecurity,
  priority,
  oneDefaultPriority,
  lastingPriorityClasses,
  defaultTolerations,
  defaultStorageClass,
  storageInUseProtection,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  defaultIngressClass,
  podTopologyLabels,
  mutatingPolicies,
  mutatingWebhooks,
  validatingPolicies,
  validatingWebhooks,
  grantedRights,
  serviceAllocation,
  resourceQuota,
];
