/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/quota/v1/evaluator/core/services.go */
import type { Service } from '../types.ts';
import { countOf, type Evaluator } from './evaluator.ts';

const counted = countOf('services');
const resources = new Set([counted, 'services', 'services.nodeports', 'services.loadbalancers']);

/** Ports are counted before they are allocated, by what is asked for. */
function nodePortsOf({ spec: { type, ports = [], allocateLoadBalancerNodePorts = true } }: Service): number {
  if (type !== 'NodePort' && type !== 'LoadBalancer') return 0;
  if (type === 'NodePort' || allocateLoadBalancerNodePorts) return ports.length;
  return ports.filter(({ nodePort }) => nodePort).length;
}

export const serviceEvaluator: Evaluator<Service> = {
  counts: (resource) => resources.has(resource),
  usage: (service) => ({
    [counted]: '1',
    services: '1',
    'services.nodeports': String(nodePortsOf(service)),
    'services.loadbalancers': service.spec.type === 'LoadBalancer' ? '1' : '0',
  }),
  isInScope: () => false,
  chargesUpdate: () => true,
};
