/** Reserve, Permit, PreBind, Bind and PostBind: the points between the choice of a node and the written binding. */
import { messageOf } from '../../api/errors.ts';
import type { CycleState } from './cycle-state.ts';
import { type EnabledPlugins, isObject, type PluginWith, rejected } from './enabled-plugins.ts';
import type { PodInfo } from './info.ts';
import type { PreBind, Rejection, Unfit, Verdict, Wait } from './plugin.ts';

export type Permitted = { kind: 'allowed' } | { kind: 'waiting'; waits: ReadonlyMap<string, number> };

export interface BindPoints {
  reserve(pod: PodInfo, nodeName: string, state: CycleState): Rejection | undefined;
  unreserve(pod: PodInfo, nodeName: string, state: CycleState): void;
  permit(pod: PodInfo, nodeName: string, state: CycleState): Permitted | { kind: 'rejected'; rejection: Rejection };
  preBind(pod: PodInfo, nodeName: string, state: CycleState, signal: AbortSignal): Promise<Rejection | undefined>;
  bind(pod: PodInfo, nodeName: string, signal: AbortSignal): Promise<void>;
  postBind(pod: PodInfo, nodeName: string, state: CycleState): void;
}

function createReservation({ at }: EnabledPlugins): Pick<BindPoints, 'reserve' | 'unreserve'> {
  const plugins = at('reserve', 'reserve', 'unreserve');
  return {
    reserve(pod, nodeName, state) {
      for (const plugin of plugins) {
        const verdict = plugin.reserve(pod, nodeName, state);
        if (verdict !== 'fits') return rejected(plugin.name, verdict);
      }
      return undefined;
    },
    unreserve(pod, nodeName, state) {
      for (const plugin of plugins.toReversed()) plugin.unreserve(pod, nodeName, state);
    },
  };
}

function createPermit({ at }: EnabledPlugins): BindPoints['permit'] {
  const plugins = at('permit', 'permit');
  return (pod, nodeName, state) => {
    const waits = new Map<string, number>();
    for (const plugin of plugins) {
      const verdict: 'fits' | Wait | Unfit = plugin.permit(pod, nodeName, state);
      if (!isObject(verdict)) continue;
      if ('reasons' in verdict) return { kind: 'rejected', rejection: rejected(plugin.name, verdict) };
      waits.set(plugin.name, verdict.wait);
    }
    return waits.size > 0 ? { kind: 'waiting', waits } : { kind: 'allowed' };
  };
}

/** Names the plugin in its error, so that nobody takes a missing object of the plugin's for a missing pod. */
async function runPreBind(plugin: PluginWith<'preBind'>, ...args: Parameters<PreBind['preBind']>): Promise<Verdict> {
  try {
    return await plugin.preBind(...args);
  } catch (error) {
    throw new Error(`running PreBind plugin "${plugin.name}": ${messageOf(error)}`, { cause: error });
  }
}

function createPreBind({ at }: EnabledPlugins): BindPoints['preBind'] {
  const plugins = at('preBind', 'preBind');
  return async (pod, nodeName, state, signal) => {
    for (const plugin of plugins) {
      const verdict = await runPreBind(plugin, pod, nodeName, state, signal);
      if (verdict !== 'fits') return rejected(plugin.name, verdict);
    }
    return undefined;
  };
}

const createBind =
  (plugins: readonly PluginWith<'bind'>[]): BindPoints['bind'] =>
  async (pod, nodeName, signal) => {
    for (const plugin of plugins) if ((await plugin.bind(pod, nodeName, signal)) === 'bound') return;
    throw new Error('no bind plugin has bound the pod');
  };

/** `binders` has at least one plugin. */
export function createBindPoints(plugins: EnabledPlugins, binders: readonly PluginWith<'bind'>[]): BindPoints {
  const postBinds = plugins.at('postBind', 'postBind');
  return {
    ...createReservation(plugins),
    permit: createPermit(plugins),
    preBind: createPreBind(plugins),
    bind: createBind(binders),
    postBind(pod, nodeName, state) {
      for (const plugin of postBinds) plugin.postBind(pod, nodeName, state);
    },
  };
}
