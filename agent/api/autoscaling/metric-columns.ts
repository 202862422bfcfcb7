/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/printers/internalversion/printers.go
 * (formatHPAMetrics)
 */
import type { autoscaling } from '../types.ts';

type Spec = autoscaling.MetricSpec;
type Status = autoscaling.MetricStatus;

const unknown = '<unknown>';
const percent = (value: number | undefined, otherwise: string): string =>
  value === undefined ? otherwise : `${value}%`;

/** Of a resource: `cpu: 20%/80%`, `memory: 100Mi/200Mi`. */
function formatUse(
  name: string,
  target: autoscaling.MetricTarget,
  current: { averageUtilization?: number; averageValue?: string | number } | undefined,
): string {
  if (target.averageValue !== undefined) return `${name}: ${current?.averageValue ?? unknown}/${target.averageValue}`;
  const utilization = percent(target.averageUtilization, '<auto>');
  return `${name}: ${percent(current?.averageUtilization, unknown)}/${utilization}`;
}

/** Of what is counted: `100/1k`, `10/20 (avg)`. */
function formatCount(
  target: autoscaling.MetricTarget,
  current: { value?: string | number; averageValue?: string | number } | undefined,
): string {
  if (target.averageValue === undefined) return `${current?.value ?? unknown}/${target.value}`;
  return `${current?.averageValue ?? unknown}/${target.averageValue} (avg)`;
}

function formatMetric(spec: Spec, status: Status | undefined): string {
  const { external, pods, object, resource, containerResource } = spec;
  if (spec.type === 'External' && external) return formatCount(external.target, status?.external?.current);
  if (spec.type === 'Object' && object) return formatCount(object.target, status?.object?.current);
  if (spec.type === 'Pods' && pods)
    return `${status?.pods?.current.averageValue ?? unknown}/${pods.target.averageValue}`;
  if (spec.type === 'Resource' && resource) return formatUse(resource.name, resource.target, status?.resource?.current);
  if (spec.type === 'ContainerResource' && containerResource) {
    return formatUse(containerResource.name, containerResource.target, status?.containerResource?.current);
  }
  return '<unknown type>';
}

const mostShown = 2;

/** The first two, and how many there are beyond. */
export function formatMetrics(specs: readonly Spec[] = [], statuses: readonly Status[] = []): string {
  if (specs.length === 0) return '<none>';
  const shown = specs.slice(0, mostShown).map((spec, index) => formatMetric(spec, statuses[index]));
  const more = specs.length > mostShown ? ` + ${specs.length - mostShown} more...` : '';
  return `${shown.join(', ')}${more}`;
}
