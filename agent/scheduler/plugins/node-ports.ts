import type { NodeInfo, PodInfo } from '../framework/info.ts';
import { podInfo } from '../framework/info.ts';
import { type FilterPlugin, fits, unfit } from '../framework/plugin.ts';

type HostPort = PodInfo['hostPorts'][number];

const anyAddress = '0.0.0.0';

/** A port on all addresses conflicts with the same port on any address. */
const collide = (a: HostPort, b: HostPort): boolean =>
  a.hostPort === b.hostPort &&
  a.protocol === b.protocol &&
  (a.hostIP === b.hostIP || a.hostIP === anyAddress || b.hostIP === anyAddress);

const anyCollides = (wanted: readonly HostPort[], taken: readonly HostPort[]): boolean =>
  taken.some((each) => wanted.some((port) => collide(each, port)));

function isTaken(wanted: readonly HostPort[], { pods }: NodeInfo): boolean {
  for (const { hostPorts } of pods.values()) if (hostPorts.length > 0 && anyCollides(wanted, hostPorts)) return true;
  return false;
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/nodeports/node_ports.go */
export const nodePorts: FilterPlugin = {
  name: 'NodePorts',
  eventsToRegister: () => [
    {
      resource: 'AssignedPod',
      actions: ['delete'],
      hint: (pod, { old }) => (old && anyCollides(podInfo(pod).hostPorts, podInfo(old).hostPorts) ? 'queue' : 'skip'),
    },
    { resource: 'Node', actions: ['add'] },
  ],
  preFilter: ({ hostPorts }) => (hostPorts.length > 0 ? 'fits' : 'skip'),
  filter: ({ hostPorts }, node) =>
    hostPorts.length > 0 && isTaken(hostPorts, node)
      ? unfit("node(s) didn't have free ports for the requested pod ports")
      : fits,
};
