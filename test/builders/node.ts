/** A worker's configuration, and what its kubelet finds out about the machine. */
import type { NodeFacts } from '../../agent/kubelet/node/node-status.ts';
import type { NodeConfig } from '../../agent/node-config.ts';

export const theConfig: NodeConfig = {
  profile: 'skiff',
  nodeName: 'skiff-worker',
  role: 'worker',
  runtime: 'docker',
  nodeIP: '172.30.0.3',
  podCIDR: '10.244.1.0/24',
  clusterCIDR: '10.244.0.0/16',
  serviceCIDR: '10.96.0.0/12',
  dnsIP: '10.96.0.10',
  clusterDomain: 'cluster.local',
  apiServer: 'https://172.30.0.2:6443',
  nodeImage: 'skiff-node:1',
  network: 'skiff',
  engineSocket: '/run/engine.sock',
  dataOnEngine: '/data',
  capacity: { cpu: 2, memory: 4 * 2 ** 30, pods: 110 },
};

export const theFacts: NodeFacts = {
  config: theConfig,
  platformLabels: {},
  runtimeVersion: 'docker://20.10.24',
  kubeletVersion: 'v1.36.3',
  kernelVersion: '6.1',
  osImage: 'Skiff node',
  architecture: 'amd64',
  machineID: 'm',
  bootID: 'b',
  storage: 50 * 2 ** 30,
  hasAppArmor: true,
  images: [],
  handlers: ['runc'],
  serverPort: 10250,
};
