/**
 * Starts every controller: what upstream's kube-controller-manager is.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/cmd/kube-controller-manager/app/controllermanager.go
 */
import { leases } from '../api/coordination/lease.ts';
import { events } from '../api/core/event.ts';
import type { KindRegistry } from '../api/registry.ts';
import type { Client } from '../client/client.ts';
import { type Informers, scopedInformers } from '../client/informer.ts';
import { runLeaderElection } from '../client/leader.ts';
import { createRecorder } from '../client/recorder.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { startDeploymentController } from './deployment/deployment.ts';
import { startEndpointSliceController } from './endpoint-slice/endpoint-slice.ts';
import { startEndpointSliceMirroringController } from './endpoint-slice-mirroring/endpoint-slice-mirroring.ts';
import { startEndpointsController } from './endpoints/endpoints.ts';
import { startGarbageCollector } from './garbage-collector/garbage-collector.ts';
import { startNamespaceController } from './namespace/namespace.ts';
import { startNodeLifecycleController } from './node-lifecycle/node-lifecycle.ts';
import { startPodGarbageCollector } from './pod-garbage-collector/pod-garbage-collector.ts';
import { startReplicaSetController } from './replica-set/replica-set.ts';
import { startRootCaPublisher } from './root-ca/root-ca.ts';
import { startServiceAccountController } from './service-account/service-account.ts';
import { startServiceAccountTokenController } from './service-account-token/service-account-token.ts';
import type { ControllerDeps } from './shared/controller.ts';

export interface ManagerDeps {
  client: Client;
  informers: Informers;
  /** For the controllers that treat every kind alike. */
  kinds: KindRegistry;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** PEM of the authority that pods are to trust; without it nothing is published. */
  rootCA?: string;
  /** Where given, the controllers run only while holding the lease `kube-controller-manager`. */
  leader?: { identity: string };
}

/** Slices before everything else: a service's answer depends on how soon they follow a pod. */
const controllers: readonly ((deps: ControllerDeps) => void)[] = [
  startEndpointSliceController,
  startReplicaSetController,
  startDeploymentController,
  startEndpointsController,
  startEndpointSliceMirroringController,
  startServiceAccountController,
  startNamespaceController,
  startNodeLifecycleController,
  startGarbageCollector,
  startPodGarbageCollector,
];

function run(deps: ManagerDeps): void {
  const { client, clock, log, signal } = deps;
  const recorderFor = (component: string) => createRecorder({ client, events, component, clock, log });
  const controllerDeps: ControllerDeps = { ...deps, informers: scopedInformers(deps.informers, signal), recorderFor };
  for (const start of controllers) start(controllerDeps);
  startServiceAccountTokenController(controllerDeps, deps.rootCA);
  if (deps.rootCA) startRootCaPublisher(controllerDeps, deps.rootCA);
}

/** Returns at once; stops when the signal aborts. */
export function startControllers(deps: ManagerDeps): void {
  const { client, clock, log, signal, leader } = deps;
  if (!leader) {
    run(deps);
    return;
  }
  const lead = (leading: AbortSignal) => run({ ...deps, signal: leading });
  runLeaderElection({
    client,
    leases,
    name: 'kube-controller-manager',
    identity: leader.identity,
    clock,
    log,
    signal,
    lead,
  }).catch((error) => log.error('Controllers stopped', { error }));
}
