/**
 * The controllers of a cluster, like upstream's kube-controller-manager.
 * https://github.com/kubernetes/kubernetes/blob/master/cmd/kube-controller-manager/app/controllermanager.go
 */
import type { SigningAuthority } from '../certificates/x509.ts';
import { bootstrapSigner } from './bootstrap-signer/bootstrap-signer.ts';
import { certificateApproval } from './certificates/approval.ts';
import { certificateCleaning } from './certificates/cleaning.ts';
import { servingApproval } from './certificates/serving-approval.ts';
import { certificateSigning } from './certificates/signing.ts';
import { clusterRoleAggregation } from './cluster-role-aggregation/cluster-role-aggregation.ts';
import { cronJob } from './cron-job/cron-job.ts';
import { daemonSetController } from './daemon-set/daemon-set.ts';
import { deployment } from './deployment/deployment.ts';
import { disruption } from './disruption/disruption.ts';
import { staleDisruption } from './disruption/stale-disruption.ts';
import { endpointSlice } from './endpoint-slice/endpoint-slice.ts';
import { endpointSliceMirroring } from './endpoint-slice-mirroring/endpoint-slice-mirroring.ts';
import { endpointsController } from './endpoints/endpoints.ts';
import { ephemeralVolume } from './ephemeral-volume/ephemeral-volume.ts';
import { garbageCollector } from './garbage-collector/garbage-collector.ts';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler/horizontal-pod-autoscaler.ts';
import { jobController } from './job/job.ts';
import { jobOrphanPods } from './job/orphan-pods.ts';
import { legacyTokenCleaner } from './legacy-token-cleaner/legacy-token-cleaner.ts';
import { localVolumeDeleter } from './local-volumes/deleter.ts';
import { localVolumeProvisioner } from './local-volumes/provisioner.ts';
import { namespaceController } from './namespace/namespace.ts';
import { nodeLifecycle } from './node-lifecycle/node-lifecycle.ts';
import { taintEviction } from './node-lifecycle/taint-eviction.ts';
import { claimBinder } from './persistent-volume-binder/claims.ts';
import { volumeBinder } from './persistent-volume-binder/volumes.ts';
import { podGarbageCollector } from './pod-garbage-collector/pod-garbage-collector.ts';
import { replicaSet } from './replica-set/replica-set.ts';
import { replicationController } from './replication-controller/replication-controller.ts';
import { resourceQuotaController } from './resource-quota/resource-quota.ts';
import { rootCaPublisher } from './root-ca/root-ca.ts';
import { serviceAccount } from './service-account/service-account.ts';
import { serviceAccountToken } from './service-account-token/service-account-token.ts';
import type { NodeFolders } from './shared/node-folders.ts';
import { type Controller, type RuntimeDeps, runControllers } from './shared/runtime.ts';
import { statefulSet } from './stateful-set/stateful-set.ts';
import { storageProtection } from './storage-protection/storage-protection.ts';
import { tokenCleaner } from './token-cleaner/token-cleaner.ts';
import { ttlAfterFinished } from './ttl-after-finished/ttl-after-finished.ts';
import { validatingAdmissionPolicyStatus } from './validating-admission-policy-status/validating-admission-policy-status.ts';
import { volumeExpand } from './volume-expand/volume-expand.ts';

export interface ManagerDeps extends RuntimeDeps {
  /** PEM of the authority that pods trust; without it no ConfigMap is published. */
  rootCA?: string | undefined;
  /** What certificate requests are signed with; without it nobody signs them. */
  authority?: SigningAuthority | undefined;
  /** Makes and removes the folders of local volumes; without it nobody makes a volume. */
  folders?: NodeFolders | undefined;
  /** If set, the controllers run only while they hold the lease `kube-controller-manager`. */
  leader?: { identity: string };
}

type Choices = Pick<ManagerDeps, 'rootCA' | 'authority' | 'folders'>;

/** Slice controllers come first: a service answers as soon as its slices follow its pods. */
const declare = ({ rootCA, authority, folders }: Choices): readonly Controller[] => [
  endpointSlice(),
  replicaSet,
  replicationController,
  deployment,
  statefulSet,
  daemonSetController(),
  endpointsController(),
  endpointSliceMirroring,
  jobController(),
  jobOrphanPods,
  cronJob,
  ttlAfterFinished,
  serviceAccount,
  namespaceController,
  nodeLifecycle(),
  taintEviction(),
  garbageCollector(),
  podGarbageCollector(),
  disruption,
  staleDisruption,
  horizontalPodAutoscaler(),
  resourceQuotaController,
  ...storageProtection,
  claimBinder,
  volumeBinder(folders),
  ephemeralVolume,
  ...volumeExpand,
  ...(folders ? [localVolumeProvisioner(folders), localVolumeDeleter(folders)] : []),
  serviceAccountToken(rootCA),
  clusterRoleAggregation,
  tokenCleaner,
  legacyTokenCleaner,
  bootstrapSigner,
  validatingAdmissionPolicyStatus,
  certificateApproval,
  servingApproval,
  certificateCleaning,
  ...(authority ? certificateSigning(authority) : []),
  ...(rootCA ? [rootCaPublisher(rootCA)] : []),
];

/** Stops when the signal aborts; resolves when the lease is given back. */
export const startControllers = ({ rootCA, authority, folders, leader, ...deps }: ManagerDeps): Promise<void> =>
  runControllers(() => declare({ rootCA, authority, folders }), deps, leader);
