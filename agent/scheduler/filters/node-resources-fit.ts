import { type FilterPlugin, fits } from '../framework.ts';

/** https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/framework/plugins/noderesources/fit.go */
export const nodeResourcesFit: FilterPlugin = {
  name: 'NodeResourcesFit',
  filter: ({ requests }, { allocatable, requested, pods }) => {
    const reasons: string[] = [];
    let unresolvable = false;
    if (pods.size + 1 > (allocatable.pods ?? 0)) reasons.push('Too many pods');
    for (const [name, amount] of Object.entries(requests)) {
      const most = allocatable[name] ?? 0;
      if (amount === 0 || amount + (requested[name] ?? 0) <= most) continue;
      reasons.push(`Insufficient ${name}`);
      unresolvable ||= amount > most;
    }
    return reasons.length === 0 ? fits : { reasons, unresolvable };
  },
};
