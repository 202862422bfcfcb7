/** Lifecycle hooks. https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/ */

import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { core } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { portOf } from '../spec/containers.ts';

export interface HookTarget {
  runtime: Runtime;
  clock: Clock;
  containerId: string;
  container: core.Container;
  ip: string;
}

async function execHook(target: HookTarget, command: string[], signal: AbortSignal): Promise<void> {
  const { exitCode } = await target.runtime.execSync(target.containerId, { command }, signal);
  if (exitCode !== 0) throw new Error(`command terminated with exit code ${exitCode}`);
}

const httpHook = (target: HookTarget, get: core.HTTPGetAction, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const options = {
      host: get.host || target.ip,
      port: portOf(target.container, get.port),
      path: get.path?.startsWith('/') ? get.path : `/${get.path ?? ''}`,
      headers: Object.fromEntries((get.httpHeaders ?? []).map(({ name, value }) => [name, value ?? ''])),
      signal,
      agent: false as const,
    };
    const secure = get.scheme === 'HTTPS';
    const call = secure ? requestHttps({ ...options, rejectUnauthorized: false }) : requestHttp(options);
    call.on('response', (response) => {
      response.resume();
      resolve();
    });
    call.on('error', reject);
    call.end();
  });

export type RunHook = (target: HookTarget, hook: core.LifecycleHandler, signal: AbortSignal) => Promise<void>;

export const runHook: RunHook = async (target, hook, signal) => {
  if (hook.exec) await execHook(target, hook.exec.command ?? [], signal);
  else if (hook.httpGet) await httpHook(target, hook.httpGet, signal);
  else if (hook.sleep) await target.clock.sleep(hook.sleep.seconds * 1000, signal);
};
