/** A container as a runtime is asked to run it, with nothing special; pass only what the test is about. */
import type { ContainerConfig } from '../../agent/kubelet/runtime/runtime.ts';

export const aContainerConfig = (
  asked: Pick<ContainerConfig, 'pod' | 'name' | 'image'> & Partial<ContainerConfig>,
): ContainerConfig => ({
  attempt: 0,
  env: [],
  mounts: [],
  tty: false,
  stdin: false,
  stdinOnce: false,
  resources: {},
  oomScoreAdj: 0,
  security: {
    privileged: false,
    groups: [],
    readOnlyRootFilesystem: false,
    noNewPrivileges: false,
    addCapabilities: [],
    dropCapabilities: [],
  },
  shareProcesses: false,
  terminationMessagePath: '/dev/termination-log',
  labels: {},
  ...asked,
});
