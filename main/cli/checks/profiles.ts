/**
 * Checks the state of every profile, whether kubectl finds it, and whether the engine has leftovers of lost profiles.
 */
import type { Machine } from '../../cluster/machine.ts';
import { labels } from '../../cluster/names.ts';
import type { ClusterStatus } from '../../contract/clusters.ts';
import { findEngine } from '../../engine/find.ts';
import { bodyOf } from '../../kube/entries.ts';
import type { Check, Finding } from './check.ts';

export const checkProfiles: Check = async (machine, signal) => {
  const list = await machine.clusters.list(signal);
  const findings = list.map(async (status) => [
    stateOf(status),
    ...podsOf(status),
    ...(await entryOf(machine, status)),
  ]);
  return (await Promise.all(findings)).flat();
};

function stateOf(status: ClusterStatus): Finding {
  const check = `profile ${status.profile}`;
  const count = `${status.nodes.length} node${status.nodes.length === 1 ? '' : 's'}`;
  if (status.state === 'running' || status.state === 'stopped') {
    return { check, outcome: 'ok', message: `${status.state}, ${count}` };
  }
  return { check, outcome: 'failed', ...whatIsWrong(status) };
}

function whatIsWrong({ profile, state, error, nodes }: ClusterStatus): Pick<Finding, 'message' | 'fix'> {
  const start = `skiff start --profile ${profile}`;
  if (error) return { message: `${state}: ${error.message}`, fix: error.hint ?? start };
  const namesOf = (list: ClusterStatus['nodes']) => list.map(({ name }) => name).join(', ');
  const stopped = nodes.filter((node) => node.state === 'stopped');
  const [only, ...more] = stopped;
  if (!only) return { message: `${state}: not Ready: ${namesOf(nodes.filter(({ ready }) => !ready))}`, fix: start };
  const fix = more.length > 0 ? start : `skiff node start ${only.name} --profile ${profile}`;
  return { message: `${state}: stopped: ${namesOf(stopped)}`, fix };
}

function podsOf({ profile, context, unhealthyPods }: ClusterStatus): Finding[] {
  if (!unhealthyPods) return [];
  const message = `${unhealthyPods} not ready`;
  const fix = `kubectl --context ${context} get pods --all-namespaces`;
  return [{ check: `pods of ${profile}`, outcome: 'warning', message, fix }];
}

async function entryOf({ kubeconfig }: Machine, { profile, context, server }: ClusterStatus): Promise<Finding[]> {
  const { contexts, clusters } = await kubeconfig.load();
  const cluster = clusters.get(String(bodyOf('contexts', contexts.get(context)?.entry).cluster ?? ''));
  const known = bodyOf('clusters', cluster?.entry).server;
  if (known === server) return [];
  const message = known
    ? `context ${context} says ${known}, but the API server is at ${server}`
    : `there is no context ${context} in ${kubeconfig.path()}`;
  return [{ check: `kubeconfig of ${profile}`, outcome: 'warning', message, fix: `skiff start --profile ${profile}` }];
}

/** Containers, networks and volumes with Skiff's label, of profiles whose files are not on this machine. */
export const checkLeftovers: Check = async (machine, signal) => {
  const { engine } = await findEngine(signal);
  if (!engine) return [];
  const [containers, networks, volumes, names] = await Promise.all([
    engine.containers([labels.profile], signal),
    engine.networks(signal),
    engine.volumeDetails([labels.profile], signal),
    machine.clusters.names(),
  ]);
  const known = new Set(names);
  const named = [...containers, ...networks, ...volumes].flatMap(({ Labels }) => Labels?.[labels.profile] ?? []);
  const lost = new Set(named.filter((name) => !known.has(name)));
  return [...lost].map((name) => ({
    check: `profile ${name}`,
    outcome: 'warning',
    message: `the engine has its containers, networks or volumes, but its files are not in ${machine.home.root}`,
    fix: `skiff delete --profile ${name}, or set SKIFF_HOME to where its files are`,
  }));
};
