import { type FilterPlugin, fits, neverFit } from '../framework/plugin.ts';

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/nodename/node_name.go */
export const nodeName: FilterPlugin = {
  name: 'NodeName',
  eventsToRegister: () => [{ resource: 'Node', actions: ['add'] }],
  filter: ({ pod }, { name }) =>
    !pod.spec.nodeName || pod.spec.nodeName === name ? fits : neverFit("node(s) didn't match the requested node name"),
};
