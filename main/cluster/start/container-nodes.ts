/** The part of a start that is about container nodes: planning them, their port, their failure, restarting them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../engine/errors.ts';
import { loadBalancerName } from '../load-balancer.ts';
import { contextOf, ofProfile } from '../names.ts';
import { controlPlanesOf, type Profile } from '../profile.ts';
import { chooseSubnet, hostAddress, takenRanges } from '../subnet.ts';
import { nodesStep } from './node-steps.ts';
import { newProfile } from './profile-step.ts';
import { required, type StartState } from './state.ts';
import { controlPlaneOf, lookEvery, notReady } from './wait-steps.ts';

/** Seconds that the pods on a restarted node may take to stop. */
const grace = 10;
/** A control plane that ends this often during the wait will not come up. */
const maxEnds = 3;

/** As many as fit into the lower half of the nodes' network. */
export const maxNodes = 100;

/** The address and the range for pods of the node with this number, from 0. */
export const addressAt = (at: number, subnet: string): string => hostAddress(subnet, at + 2);
export const podCIDRAt = (at: number): string => `10.244.${at}.0/24`;

function refuseTooMany(nodes = 0): void {
  if (nodes <= maxNodes) return;
  throw new EngineError('TooManyNodes', `a cluster has at most ${maxNodes} real nodes, not ${nodes}`, {
    hint: 'There may be 1000 simulated nodes: `skiff start --runtime simulated`.',
  });
}

export async function planContainers(state: StartState, signal: AbortSignal): Promise<Profile> {
  refuseTooMany(state.options.nodes);
  const engine = required(state, 'engine');
  const [containers, volumes] = await Promise.all([
    engine.containers([ofProfile(state.name)], signal),
    engine.volumes([ofProfile(state.name)], signal),
  ]);
  if (containers.length || volumes.length) {
    throw new EngineError(
      'ProfileElsewhere',
      `the engine has containers or volumes of profile ${state.name}, but its files are not here`,
      {
        hint: `\`skiff delete --profile ${state.name}\` removes them; or set SKIFF_HOME to where its files are.`,
      },
    );
  }
  const subnet = chooseSubnet(state.name, await takenRanges(engine, signal));
  const nodes = await newProfile(state, {
    runtime: 'docker',
    addressAt: (at) => addressAt(at, subnet),
    podCIDRAt,
  });
  return { ...nodes, engine: engine.info.endpoint, network: { name: contextOf(state.name), subnet } };
}

export async function holdsPort(state: StartState, profile: Profile, signal: AbortSignal): Promise<boolean> {
  const [controlPlane, ...others] = controlPlanesOf(profile);
  const holder = others.length > 0 ? loadBalancerName(profile.name) : controlPlane?.name;
  const container = holder && (await required(state, 'engine').inspect(holder, signal));
  return container ? container.State.Running : false;
}

export async function restartContainers(
  state: StartState,
  nodes: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(nodes.map((name) => required(state, 'engine').stop(name, grace, signal)));
  await nodesStep.run(state, signal);
}

/** Rejects when the control plane's container has ended, or its agent keeps ending. */
export async function waitForContainerFailure(state: StartState, signal: AbortSignal): Promise<never> {
  const engine = required(state, 'engine');
  const node = controlPlaneOf(state);
  for (let before: number | undefined; ; ) {
    await sleep(lookEvery, undefined, { signal });
    const container = await engine.inspect(node, signal);
    if (!container?.State.Running) {
      const how = container ? ` with exit code ${container.State.ExitCode}` : '';
      throw notReady(state, `${node} has ended${how} instead of becoming ready`, { node });
    }
    // The engine restarts it by itself, with longer and longer pauses.
    if (container.State.Restarting && container.RestartCount >= maxEnds) {
      const code = container.State.ExitCode;
      throw notReady(state, `${node} ends with exit code ${code} each time it is started`, { node });
    }
    const startedAt = Math.floor(Date.parse(container.State.StartedAt) / 1000);
    const lines = await engine.lastLines(node, 500, startedAt);
    const ends = lines.filter((line) => line.startsWith('supervise: the agent exited')).length;
    before ??= ends;
    if (ends - before >= maxEnds) {
      throw notReady(state, 'the control plane ends again and again instead of becoming ready', { node });
    }
  }
}
