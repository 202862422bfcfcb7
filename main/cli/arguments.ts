/** Values of options, as people write them. */
import { InvalidArgumentError } from 'commander';

/** At most what fits into the cluster's range of pod networks and the lower half of the node network. */
const mostNodes = 100;

export function parseNodes(text: string): number {
  const nodes = Number(text);
  if (Number.isInteger(nodes) && nodes >= 1 && nodes <= mostNodes) return nodes;
  throw new InvalidArgumentError(`1 to ${mostNodes}, e.g. 3`);
}

export function parseCpus(text: string): number {
  const cpus = Number(text);
  if (cpus > 0) return cpus;
  throw new InvalidArgumentError('cores per node, e.g. 2');
}

const units: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9, ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30 };

/** Bytes from `4Gi`, `4g`, `4096m`; a bare number below 1 MiB is taken as mebibytes, as minikube does. */
export function parseMemory(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]i?)?b?$/i.exec(text) ?? [];
  const factor = units[unit.toLowerCase()];
  if (!digits || !factor) throw new InvalidArgumentError('memory per node, e.g. 4Gi');
  const bytes = Number(digits) * factor;
  return unit === '' && bytes < 2 ** 20 ? bytes * 2 ** 20 : bytes;
}
