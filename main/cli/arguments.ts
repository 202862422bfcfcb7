/** Values of options, as people write them. */
import { InvalidArgumentError } from 'commander';

/** At most what fits into the cluster's range of pod networks and the lower half of the node network. */
const mostNodes = 100;

export function parseNodes(text: string): number {
  const nodes = Number(text);
  if (Number.isInteger(nodes) && nodes >= 1 && nodes <= mostNodes) return nodes;
  throw new InvalidArgumentError(`1 to ${mostNodes}, e.g. 3.`);
}

/** With less, next to no pod fits. */
const leastCpus = 0.1;

export function parseCpus(text: string): number {
  const cpus = Number(text);
  if (cpus >= leastCpus && Number.isFinite(cpus)) return cpus;
  throw new InvalidArgumentError(`Cores per node, at least ${leastCpus}, e.g. 2.`);
}

export function parseTail(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A number of lines, e.g. 20.');
}

const units: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9, ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30 };

/** With less, not even the pods of kube-system fit. */
const leastMemory = 128 * 2 ** 20;

/** Bytes from `4Gi`, `4g`, `4096m`; a bare number below 1 MiB is taken as mebibytes, as minikube does. */
export function parseMemory(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]i?)?b?$/i.exec(text) ?? [];
  const factor = units[unit.toLowerCase()];
  if (!digits || !factor) throw new InvalidArgumentError('Memory per node, e.g. 4Gi.');
  const bytes = Number(digits) * factor;
  const all = unit === '' && bytes < 2 ** 20 ? bytes * 2 ** 20 : bytes;
  if (all >= leastMemory) return all;
  throw new InvalidArgumentError('At least 128Mi per node, e.g. 4Gi.');
}
