import { type FilterPlugin, fits, neverFit } from '../framework.ts';

export const nodeName: FilterPlugin = {
  name: 'NodeName',
  filter: ({ pod }, { name }) =>
    !pod.spec.nodeName || pod.spec.nodeName === name ? fits : neverFit("node(s) didn't match the requested node name"),
};
