/**
 * The controllers of a cluster: what upstream's kube-controller-manager is.
 * https://github.com/kubernetes/kubernetes/blob/master/cmd/kube-controller-manager/app/controllermanager.go
 */
import { deployment } from './deployment/deployment.ts';
import { endpointSlice } from './endpoint-slice/endpoint-slice.ts';
import { endpointSliceMirroring } from './endpoint-slice-mirroring/endpoint-slice-mirroring.ts';
import { endpointsController } from './endpoints/endpoints.ts';
import { garbageCollector } from './garbage-collector/garbage-collector.ts';
import { namespaceController } from './namespace/namespace.ts';
import { nodeLifecycle } from './node-lifecycle/node-lifecycle.ts';
import { taintEviction } from './node-lifecycle/taint-eviction.ts';
import { podGarbageCollector } from './pod-garbage-collector/pod-garbage-collector.ts';
import { replicaSet } from './replica-set/replica-set.ts';
import { rootCaPublisher } from './root-ca/root-ca.ts';
import { serviceAccount } from './service-account/service-account.ts';
import { serviceAccountToken } from './service-account-token/service-account-token.ts';
import { type Controller, type RuntimeDeps, runControllers } from './shared/runtime.ts';

export interface ManagerDeps extends RuntimeDeps {
  /** PEM of the authority that pods are to trust; without it nothing is published. */
  rootCA?: string;
  /** Where given, the controllers run only while holding the lease `kube-controller-manager`. */
  leader?: { identity: string };
}

/** Slices before everything else: a service's answer depends on how soon they follow a pod. */
const declare = (rootCA: string | undefined): readonly Controller[] => [
  endpointSlice(),
  replicaSet,
  deployment,
  endpointsController(),
  endpointSliceMirroring,
  serviceAccount,
  namespaceController,
  nodeLifecycle(),
  taintEviction(),
  garbageCollector(),
  podGarbageCollector(),
  serviceAccountToken(rootCA),
  ...(rootCA ? [rootCaPublisher(rootCA)] : []),
];

/** Returns at once; stops when the signal aborts. */
export const startControllers = ({ rootCA, leader, ...deps }: ManagerDeps): void =>
  runControllers(() => declare(rootCA), deps, leader);
