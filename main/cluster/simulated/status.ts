/** The current status of a profile of simulated nodes: its process, and what its API server answers. */
import type { ClusterStatus } from '../../contract/clusters.ts';
import type { CallError } from '../../contract/reply.ts';
import type { NodesProcess, NodesState } from '../nodes-process.ts';
import type { ClusterPki } from '../pki.ts';
import type { Profile } from '../profile.ts';
import { type Answers, statusOf, tryApi } from '../status.ts';

const linesOfLog = 5;

function stateOf(profile: Profile, process: NodesState, answers: Answers | undefined): ClusterStatus['state'] {
  if (process !== 'running') return process === 'crashed' ? 'error' : 'stopped';
  return profile.nodes.every(({ name }) => answers?.readyNodes.has(name)) ? 'running' : 'degraded';
}

async function crash(profile: Profile, nodes: NodesProcess): Promise<CallError> {
  const lines = await nodes.lastLines(linesOfLog);
  return {
    code: 'NodesEnded',
    message: ['the process of the simulated nodes has ended; the last lines of its log:', ...lines].join('\n    '),
    hint: `\`skiff start --profile ${profile.name}\` starts it again and keeps everything in it. Log: ${nodes.log}`,
  };
}

export async function readSimulatedStatus(
  nodes: NodesProcess,
  profile: Profile,
  pki: ClusterPki | undefined,
  signal: AbortSignal,
): Promise<ClusterStatus> {
  const process = await nodes.state();
  const asked = process === 'running' && pki ? await tryApi(profile, pki, signal) : {};
  return statusOf(profile, {
    state: stateOf(profile, process, asked.answers),
    nodeState: () => (process === 'running' ? 'running' : 'stopped'),
    answers: asked.answers,
    exposed: [],
    error: process === 'crashed' ? await crash(profile, nodes) : asked.problem,
  });
}
