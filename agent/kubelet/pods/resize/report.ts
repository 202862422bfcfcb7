/**
 * What a container's status says of its resources: what it was given, and what it has. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kubelet_pods.go
 * (convertToAPIContainerStatuses)
 */
import { compareQuantities, formatQuantity } from '../../../api/quantity.ts';
import type { core } from '../../../api/types.ts';
import { leastShares, requestOf } from '../../runtime/cpu-shares.ts';
import type { RuntimeContainer } from '../../runtime/runtime.ts';

type Amounts = Record<string, core.Quantity>;

const cores = (milli: number): string => formatQuantity({ nano: BigInt(milli) * 1_000_000n, format: 'DecimalSI' });
const bytes = (count: number): string => formatQuantity({ nano: BigInt(count) * 1_000_000_000n, format: 'BinarySI' });

/** Below this the kernel makes no difference. */
const leastRequest = cores(requestOf(leastShares));

/** Keeps how the author wrote an amount if it is the same. */
const written = (given: core.Quantity, actual: string): core.Quantity =>
  compareQuantities(given, actual) === 0 ? given : actual;

function actualAmounts(given: core.ResourceRequirements, { resources }: RuntimeContainer): core.ResourceRequirements {
  const limits: Amounts = { ...given.limits };
  const requests: Amounts = { ...given.requests };
  const { cpuLimit, memoryLimit, cpuRequest } = resources ?? {};
  if (limits.cpu !== undefined && cpuLimit) limits.cpu = written(limits.cpu, cores(cpuLimit));
  if (limits.memory !== undefined && memoryLimit) limits.memory = written(limits.memory, bytes(memoryLimit));
  if (requests.cpu !== undefined && cpuRequest && compareQuantities(requests.cpu, leastRequest) > 0) {
    requests.cpu = written(requests.cpu, cores(cpuRequest));
  }
  return { ...(given.limits ? { limits } : {}), ...(given.requests ? { requests } : {}) };
}

export function reportedResources(
  { resources = {} }: core.Container,
  run: RuntimeContainer,
): Pick<core.ContainerStatus, 'allocatedResources' | 'resources'> {
  const { limits, requests } = resources;
  const given = { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) };
  return {
    ...(requests ? { allocatedResources: requests } : {}),
    resources: run.state === 'running' ? actualAmounts(given, run) : given,
  };
}
