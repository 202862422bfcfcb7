/**
 * The kubelet's settings under upstream's names, as `/configz` shows them. Only what holds here is there. Pure.
 * https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
 */
import type { NodeConfig } from '../node-config.ts';
import { thresholds } from './eviction/thresholds.ts';

export interface KubeletSettings {
  config: Pick<NodeConfig, 'capacity' | 'clusterDomain' | 'dnsIP' | 'podCIDR' | 'shutdown' | 'taints'>;
  /** Bytes of the node's disk. */
  storage: number;
  port: number;
}

export const kubeletConfiguration = ({ config, storage, port }: KubeletSettings) => ({
  enableServer: true,
  staticPodPath: '/etc/kubernetes/manifests',
  port,
  rotateCertificates: true,
  authentication: { webhook: { enabled: true }, anonymous: { enabled: false } },
  authorization: { mode: 'Webhook' },
  registerNode: true,
  ...(config.taints?.length ? { registerWithTaints: config.taints } : {}),
  clusterDomain: config.clusterDomain,
  clusterDNS: [config.dnsIP],
  nodeStatusReportFrequency: '5m0s',
  nodeLeaseDurationSeconds: 40,
  maxPods: config.capacity.pods,
  podCIDR: config.podCIDR,
  resolvConf: '/etc/resolv.conf',
  serializeImagePulls: false,
  maxParallelImagePulls: 5,
  evictionHard: {
    'memory.available': String(thresholds['memory.available'].least(config.capacity.memory)),
    'nodefs.available': String(thresholds['nodefs.available'].least(storage)),
  },
  enableControllerAttachDetach: true,
  failSwapOn: false,
  containerLogMaxSize: '10Mi',
  containerLogMaxFiles: 5,
  enableSystemLogHandler: true,
  shutdownGracePeriod: `${config.shutdown?.gracePeriod ?? 0}s`,
  shutdownGracePeriodCriticalPods: `${config.shutdown?.criticalPods ?? 0}s`,
  enableDebuggingHandlers: true,
});
