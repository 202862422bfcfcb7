import { type FilterPlugin, fits, neverFit } from '../framework.ts';

/** https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/framework/plugins/nodename/node_name.go */
export const nodeName: FilterPlugin = {
  name: 'NodeName',
  filter: ({ pod }, { name }) =>
    !pod.spec.nodeName || pod.spec.nodeName === name ? fits : neverFit("node(s) didn't match the requested node name"),
};
