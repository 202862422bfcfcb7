/** Checks, each with its cause and its fix. Nothing is changed. */

import type { Machine } from '../cluster/machine.ts';
import { noEngine } from '../engine/errors.ts';
import { findEngine } from '../engine/find.ts';
import { which } from '../engine/remedy.ts';

export interface Finding {
  check: string;
  outcome: 'ok' | 'warning' | 'failed';
  message: string;
  fix?: string;
}

type Check = (machine: Machine, signal: AbortSignal) => Promise<Finding[]>;

const engine: Check = async (_, signal) => {
  const { status, engine: found } = await findEngine(signal);
  if (!found) {
    const tried = status.looked.map(({ source, endpoint, outcome }) => `${source} ${endpoint}: ${outcome}`);
    const fix = status.remedy?.command ?? status.remedy?.title;
    const { message } = noEngine(status.looked.map(({ source }) => source));
    return [
      { check: 'engine', outcome: 'failed', message: [message, ...tried].join('\n    '), ...(fix ? { fix } : {}) },
    ];
  }
  const { name, endpoint, apiVersion, cgroupVersion, rootless, cpus, memory } = found.info;
  const kind = `API ${apiVersion}, cgroup v${cgroupVersion}${rootless ? ', rootless' : ''}`;
  const size = `${cpus} CPUs, ${(memory / 2 ** 30).toFixed(1)} GiB`;
  return [
    { check: 'engine', outcome: 'ok', message: `${name} at ${endpoint} (${kind}, ${size})` },
    ...(memory < 2 ** 31
      ? [
          {
            check: 'memory',
            outcome: 'warning' as const,
            message: 'the engine has less than 2 GiB',
            fix: 'Give its virtual machine more.',
          },
        ]
      : []),
  ];
};

const kernel: Check = async () => {
  if (process.platform !== 'linux') return [];
  const missing = ['nft', 'ip', 'nsenter'].filter((tool) => !which(tool));
  if (!missing.length) return [{ check: 'tools', outcome: 'ok', message: 'nft, ip and nsenter are there' }];
  return [
    {
      check: 'tools',
      outcome: 'warning',
      message: `${missing.join(', ')} missing: without a registry the node image cannot be made`,
      fix: 'sudo apt-get install nftables iproute2 util-linux',
    },
  ];
};

const kubeconfig: Check = async ({ kubeconfig: config }) => {
  const { contexts, currentContext } = await config.load();
  const current = currentContext ? `current context ${currentContext}` : 'no current context';
  return [{ check: 'kubeconfig', outcome: 'ok', message: `${config.path()}: ${contexts.size} contexts, ${current}` }];
};

const clusters: Check = async (machine, signal) => {
  const list = await machine.clusters.list(signal);
  return list.map((status): Finding => {
    const notReady = status.nodes.filter(({ ready }) => !ready).map(({ name }) => name);
    const fine = status.state === 'running' || status.state === 'stopped';
    return {
      check: `profile ${status.profile}`,
      outcome: fine ? 'ok' : 'failed',
      message: fine ? status.state : `${status.state}: ${status.error?.message ?? `not Ready: ${notReady.join(', ')}`}`,
      ...(fine ? {} : { fix: `skiff start --profile ${status.profile}` }),
    };
  });
};

const checks: Record<string, Check> = { engine, tools: kernel, kubeconfig, clusters };

export async function runDoctor(machine: Machine, signal: AbortSignal): Promise<Finding[]> {
  const findings = await Promise.all(
    Object.entries(checks).map(async ([check, run]): Promise<Finding[]> => {
      try {
        return await run(machine, signal);
      } catch (error) {
        const hint = error instanceof Error && 'hint' in error ? String(error.hint ?? '') : '';
        const message = error instanceof Error ? error.message : String(error);
        return [{ check, outcome: 'failed', message, ...(hint ? { fix: hint } : {}) }];
      }
    }),
  );
  return findings.flat();
}

const marks = { ok: '✓', warning: '!', failed: '✗' };

export const describeFinding = ({ check, outcome, message, fix }: Finding): string =>
  `${marks[outcome]} ${check}: ${message}${fix ? `\n    fix: ${fix}` : ''}`;
