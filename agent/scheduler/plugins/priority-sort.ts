import { priorityOf } from '../framework/info.ts';
import type { Plugin, QueueSort } from '../framework/plugin.ts';

/**
 * Higher priority first, then the pod that has waited longer.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/queuesort/priority_sort.go
 */
export const prioritySort: Plugin & QueueSort = {
  name: 'PrioritySort',
  less(a, b) {
    const difference = priorityOf(a.info.pod) - priorityOf(b.info.pod);
    if (difference !== 0) return difference > 0;
    return a.timestamp !== b.timestamp ? a.timestamp < b.timestamp : a.serial < b.serial;
  },
};
