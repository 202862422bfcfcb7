/** Parses the values of options as people write them. */
import { InvalidArgumentError } from 'commander';
import { isForbiddenToNodes } from '../../agent/api/core/kubelet-labels.ts';
import { checkLabelKey, checkLabelValue } from '../../agent/api/names.ts';
import type { NodeTaint } from '../contract/clusters.ts';

/** For simulated nodes; the platform of real ones has a limit of its own. */
const maxNodes = 1000;

export function parseNodes(text: string): number {
  const nodes = Number(text);
  if (Number.isInteger(nodes) && nodes >= 1 && nodes <= maxNodes) return nodes;
  throw new InvalidArgumentError(`Give a number of nodes from 1 to ${maxNodes}, e.g. 3.`);
}

/** More than half of them must run: an even number bears no more failures than one less. */
export function parseControlPlanes(text: string): number {
  const controlPlanes = Number(text);
  if ([1, 3, 5].includes(controlPlanes)) return controlPlanes;
  throw new InvalidArgumentError('Give 1, 3 or 5: more than half of the control planes must run.');
}

/** A whole number of seconds, with or without their unit. */
export function parseSeconds(text: string): number {
  const [, seconds] = /^(\d{1,5})s?$/.exec(text) ?? [];
  if (seconds !== undefined) return Number(seconds);
  throw new InvalidArgumentError('Give whole seconds, e.g. 30s.');
}

/** With less, hardly any pod fits. */
const minCpus = 0.1;

export function parseCpus(text: string): number {
  const cpus = Number(text);
  if (cpus >= minCpus && Number.isFinite(cpus)) return cpus;
  throw new InvalidArgumentError(`Give the cores per node, at least ${minCpus}, e.g. 2.`);
}

/** One less than nodes: a cluster has a control plane. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count < maxNodes) return count;
  throw new InvalidArgumentError(`Give a number of nodes from 1 to ${maxNodes - 1}, e.g. 2.`);
}

function checkPair(key: string, value: string): void {
  const [problem] = [...checkLabelKey(key), ...checkLabelValue(value)];
  if (problem) throw new InvalidArgumentError(`${problem[0]?.toUpperCase()}${problem.slice(1)}.`);
}

/** Adds `key=value` to those that came before. */
export function parseLabel(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, key = '', value = ''] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (!key) throw new InvalidArgumentError('Give a label as key=value, e.g. disk=ssd.');
  checkPair(key, value);
  if (isForbiddenToNodes(key)) {
    throw new InvalidArgumentError(
      `A node may not give itself ${key}; use \`kubectl label node NAME ${text}\` when it is there.`,
    );
  }
  return { ...before, [key]: value };
}

const effects: readonly NodeTaint['effect'][] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Adds `key=value:Effect` or `key:Effect` to those that came before, as `kubectl taint` writes them. */
export function parseTaint(text: string, before: readonly NodeTaint[] = []): NodeTaint[] {
  const [, key = '', value, wanted] = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(text) ?? [];
  const effect = effects.find((each) => each === wanted);
  if (!effect) {
    throw new InvalidArgumentError(`Give a taint as key=value:Effect, the effect one of ${effects.join(', ')}.`);
  }
  checkPair(key, value ?? '');
  return [...before, { key, ...(value === undefined ? {} : { value }), effect }];
}

export function parseTail(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a number of lines, e.g. 20.');
}

const units: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9, ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30 };

/** Bytes. With less, even the pods of kube-system do not fit. */
const minMemory = 128 * 2 ** 20;

/** Bytes from `4Gi`, `4g` or `4096m`; a bare number below 1 MiB means mebibytes, as with minikube. */
export function parseMemory(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]i?)?b?$/i.exec(text) ?? [];
  const factor = units[unit.toLowerCase()];
  if (!digits || !factor) throw new InvalidArgumentError('Give the memory per node, e.g. 4Gi.');
  const bytes = Number(digits) * factor;
  const all = unit === '' && bytes < 2 ** 20 ? bytes * 2 ** 20 : bytes;
  if (all >= minMemory) return all;
  throw new InvalidArgumentError('Give at least 128Mi per node, e.g. 4Gi.');
}
