import { type FilterPlugin, fits, type PodInfo, unfit } from '../framework.ts';

type HostPort = PodInfo['hostPorts'][number];

const anyAddress = '0.0.0.0';

/** The same port on all addresses collides with it on any one. */
const collide = (a: HostPort, b: HostPort): boolean =>
  a.hostPort === b.hostPort &&
  a.protocol === b.protocol &&
  (a.hostIP === b.hostIP || a.hostIP === anyAddress || b.hostIP === anyAddress);

/** https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/framework/plugins/nodeports/node_ports.go */
export const nodePorts: FilterPlugin = {
  name: 'NodePorts',
  filter: ({ hostPorts }, { pods }) => {
    if (hostPorts.length === 0) return fits;
    for (const other of pods.values()) {
      if (other.hostPorts.some((taken) => hostPorts.some((wanted) => collide(taken, wanted)))) {
        return unfit("node(s) didn't have free ports for the requested pod ports");
      }
    }
    return fits;
  },
};
