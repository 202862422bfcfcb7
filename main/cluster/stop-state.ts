/** State that the steps of a stop or a deletion share. */
import type { Engine } from '../engine/engine.ts';
import type { Kubeconfig } from '../kube/kubeconfig.ts';
import type { NodesProcess } from './nodes-process.ts';
import type { Profiles } from './profile.ts';

export interface StopState {
  name: string;
  profiles: Profiles;
  kubeconfig: Kubeconfig;
  findEngine(signal: AbortSignal): Promise<Engine>;
  simulated: NodesProcess;
  engine?: Engine;
}
