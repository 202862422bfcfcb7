/** Empties a node before it is removed: no new pods, then the pods that are there leave. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, messageOf } from '../../../agent/api/errors.ts';
import { mediaType } from '../../../agent/api/media-types.ts';
import type { Node, ObjectList, PersistentVolume, Pod } from '../../../agent/api/types.ts';
import { EngineError } from '../../engine/errors.ts';
import { readJson } from '../../kube/client.ts';
import { pathOf, requestJson } from '../../kube/requests.ts';
import type { BootStep } from '../boot.ts';
import { flagOf } from '../names.ts';
import { required } from '../start/state.ts';
import { StepError } from '../step-error.ts';
import { nodesResource } from './add-steps.ts';
import { type DrainPlan, lossOf, planDrain } from './drain.ts';
import { nodeOf } from './find-steps.ts';
import type { NodesState } from './state.ts';

/** Seconds for all pods to be evicted and to end. */
const patience = 120;
/** Milliseconds between two looks, and between two attempts to evict a pod that is protected. */
const pause = 250;

const podsResource = { group: '', version: 'v1', plural: 'pods' };

const podsOf = async (state: NodesState, signal: AbortSignal): Promise<Pod[]> => {
  const query = { fieldSelector: `spec.nodeName=${nodeOf(state).name}` };
  const path = pathOf({ resource: podsResource, query });
  return (await readJson<ObjectList<Pod>>(required(state, 'connection'), path, signal)).items;
};

async function planOf(state: NodesState, signal: AbortSignal): Promise<DrainPlan> {
  const [pods, volumes] = await Promise.all([
    podsOf(state, signal),
    readJson<ObjectList<PersistentVolume>>(required(state, 'connection'), '/api/v1/persistentvolumes', signal),
  ]);
  return planDrain(pods, volumes.items, nodeOf(state).name);
}

/** Undefined for a node that somebody has deleted from the cluster. */
async function readNode(state: NodesState, signal: AbortSignal): Promise<Node | undefined> {
  const path = pathOf({ resource: nodesResource, name: nodeOf(state).name });
  try {
    return (await requestJson<Node>(required(state, 'connection'), { method: 'GET', path, signal })).value;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

async function setSchedulable(state: NodesState, unschedulable: boolean, signal?: AbortSignal): Promise<void> {
  const path = pathOf({ resource: nodesResource, name: nodeOf(state).name });
  const headers = { 'content-type': mediaType.mergePatch };
  const json = { spec: { unschedulable: unschedulable || null } };
  const request = { method: 'PATCH' as const, path, headers, json, ...(signal ? { signal } : {}) };
  await requestJson(required(state, 'connection'), request);
}

/** Refuses what would lose something, before anything has changed. */
const checkLossStep = (options: { force?: boolean }): BootStep<NodesState> => ({
  title: 'Look at its pods and volumes',
  async run(state, signal) {
    const { name, role } = nodeOf(state);
    if (role === 'control-plane') {
      throw new EngineError('ControlPlane', `${name} is the control plane: without it there is no cluster`, {
        hint: `\`skiff delete${flagOf(state.name)}\` deletes the whole cluster; a worker can be removed.`,
      });
    }
    const loss = lossOf(await planOf(state, signal));
    if (!loss || options.force) return;
    throw new EngineError('NodeInUse', `removing ${name} would lose ${loss}`, {
      hint: `Move that elsewhere first, or lose it: \`skiff node remove ${name} --force${flagOf(state.name)}\`.`,
    });
  },
});

const cordonStep: BootStep<NodesState> = {
  title: 'Keep new pods off the node',
  async run(state, signal) {
    const node = await readNode(state, signal);
    state.wasSchedulable = node !== undefined && !node.spec.unschedulable;
    if (state.wasSchedulable) await setSchedulable(state, true, signal);
  },
  async undo(state) {
    if (state.wasSchedulable) await setSchedulable(state, false);
  },
};

/** Resolves with why the pod may not leave yet; undefined if it leaves. */
async function evict(state: NodesState, { metadata }: Pod, options: { force?: boolean }, signal: AbortSignal) {
  const { name, namespace = '', uid } = metadata;
  const preconditions = { preconditions: { uid } };
  const connection = required(state, 'connection');
  const pod = { resource: podsResource, namespace, name };
  const request = options.force
    ? { method: 'DELETE' as const, path: pathOf(pod), json: preconditions }
    : {
        method: 'POST' as const,
        path: pathOf({ ...pod, subresource: 'eviction' }),
        json: {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name, namespace },
          deleteOptions: preconditions,
        },
      };
  try {
    await requestJson(connection, { ...request, signal });
    return undefined;
  } catch (error) {
    // Gone, or replaced by another pod of that name.
    if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return undefined;
    if (error instanceof ApiError && error.code === 429) return `${namespace}/${name}: ${messageOf(error)}`;
    throw error;
  }
}

const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

const evictStep = (options: { force?: boolean }): BootStep<NodesState> => ({
  title: 'Move its pods',
  async run(state, signal) {
    const node = await readNode(state, signal);
    // A kubelet that is away cannot say that a pod has ended.
    const tells = node !== undefined && isReady(node);
    const deadline = Date.now() + patience * 1000;
    for (;;) {
      const { move } = await planOf(state, signal);
      const staying = move.filter(({ metadata }) => !metadata.deletionTimestamp);
      const refusals = await Promise.all(staying.map((pod) => evict(state, pod, options, signal)));
      const refused = refusals.filter((reason) => reason !== undefined);
      if (move.length === 0 || (!tells && refused.length === 0)) return;
      if (Date.now() > deadline) throw blocked(state, refused, move);
      await sleep(pause, undefined, { signal });
    }
  },
});

function blocked(state: NodesState, refused: readonly string[], left: readonly Pod[]): StepError {
  const { name } = nodeOf(state);
  const names = left.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ');
  const message = refused.length > 0 ? refused.join('; ') : `still running: ${names}`;
  const force = `\`skiff node remove ${name} --force${flagOf(state.name)}\` goes on without them.`;
  return new StepError('DrainBlocked', `${name} still has pods after ${patience} s: ${message}`, {
    hint: `Give their disruption budget room, or end them by hand. ${force}`,
  });
}

export const drainSteps = (options: { force?: boolean }): BootStep<NodesState>[] => [
  checkLossStep(options),
  cordonStep,
  evictStep(options),
];

/** Runs when nothing of the node is left: its pods have ended, though nobody could tell the cluster. */
export const forgetPodsStep: BootStep<NodesState> = {
  title: 'Forget the pods that ended with it',
  async run(state, signal) {
    const connection = required(state, 'connection');
    const forget = async ({ metadata: { name, namespace = '', uid } }: Pod) => {
      const path = pathOf({ resource: podsResource, namespace, name });
      const json = { gracePeriodSeconds: 0, preconditions: { uid } };
      try {
        await requestJson(connection, { method: 'DELETE', path, json, signal });
      } catch (error) {
        if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
      }
    };
    await Promise.all((await podsOf(state, signal)).map(forget));
  },
};
