/** Errors of a container engine, as data for the window and the command line. */

import { statusOf } from '../../agent/api/engine.ts';
import { messageOf } from '../../agent/api/errors.ts';
import type { EngineStatus } from '../contract/clusters.ts';
import type { CallError } from '../contract/reply.ts';

export class EngineError extends Error implements CallError {
  readonly code: string;
  readonly hint: string | undefined;
  /** The engine call as a user would type it. */
  readonly command: string | undefined;

  constructor(
    code: string,
    message: string,
    options: { hint?: string; command?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'EngineError';
    this.code = code;
    this.hint = options.hint;
    this.command = options.command;
  }
}

/** No engine answers; the search says what to do. */
export function noEngine({ looked, remedy }: EngineStatus): EngineError {
  const message = looked.length
    ? `no container engine answered (looked for ${looked.map(({ source }) => source).join(', ')})`
    : 'no container engine was looked for: SKIFF_ENGINE is `none`';
  const byItself = remedy?.canRun || remedy?.throughSudo ? ', or `skiff engine --install`' : '';
  const steps = [
    ...(remedy ? [remedy.title] : []),
    ...(remedy?.command ? [`Run \`${remedy.command}\`${byItself}.`] : []),
    'Or go without an engine: `skiff start --runtime simulated`.',
  ];
  return new EngineError('EngineNotFound', message, { hint: steps.join(' ') });
}

const known: { pattern: RegExp; code: string; hint: string }[] = [
  {
    pattern: /port is already allocated|address already in use|bind for .{0,200} failed/i,
    code: 'PortTaken',
    hint: 'Another program listens on that port. End it, or delete the profile and start it again.',
  },
  {
    pattern: /(slirp4netns|pasta).{0,200}(not found|no such file|could not find)|could not find (slirp4netns|pasta)/i,
    code: 'PodmanIncomplete',
    hint: 'Rootless Podman has no network without it: install the package `passt` (Podman 5) or `slirp4netns`, then try again.',
  },
  {
    pattern: /newuidmap|newgidmap|no subuid ranges|not enough (uids|gids|ids) available/i,
    code: 'PodmanIncomplete',
    hint: 'Rootless Podman needs the package `uidmap` and a range of ids: `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER`, then `podman system migrate`.',
  },
  {
    pattern: /netavark|aardvark|(plugin type|cni plugin).{0,200}(not found|failed to find)|failed to find plugin/i,
    code: 'PodmanIncomplete',
    hint: "Podman's network parts are missing or failed: install the packages `netavark` and `aardvark-dns`, then try again.",
  },
  {
    pattern: /crun.{0,40}RLIM_MEMLOCK/i,
    code: 'LimitsForbidden',
    hint: 'crun raises a limit that this machine forbids: install the package `runc`, set `runtime = "runc"` under `[engine]` in /etc/containers/containers.conf, and restart Podman.',
  },
  {
    pattern: /rlimits?.{0,200}(not permitted|permission denied)|error setting rlimit/i,
    code: 'LimitsForbidden',
    hint: 'The engine gives containers more open files or processes than this machine allows: lower `default_ulimits` in /etc/containers/containers.conf (`nofile=...`, `nproc=...`), then restart it.',
  },
  {
    pattern: /enhanced container isolation/i,
    code: 'IsolationForbids',
    hint: "Docker Desktop's Enhanced Container Isolation forbids the engine's socket and the host's processes, which nodes need: turn it off in Settings, General; or use another engine.",
  },
  {
    pattern: /user namespaces are enabled/i,
    code: 'RemapForbids',
    hint: "The engine remaps users (`userns-remap` in daemon.json), which keeps nodes from the pods' namespaces: turn it off, or use another engine.",
  },
  {
    pattern: /no space left on device/i,
    code: 'DiskFull',
    hint: 'Free some space where the engine keeps its data, e.g. with `docker system prune`.',
  },
  {
    pattern: /permission denied/i,
    code: 'EnginePermissionDenied',
    hint: 'Your user may not use the engine. On Linux: `sudo usermod -aG docker $USER`, then log in again.',
  },
  {
    pattern: /pool overlaps|could not find an available|no available network/i,
    code: 'NoSubnet',
    hint: 'Remove networks that are no longer used: `docker network prune`.',
  },
];

/** dockerode's errors carry a status and the engine's JSON. These name the call, the cause and the next step. */
export function engineError(command: string, cause: unknown): EngineError {
  const status = statusOf(cause);
  const message = messageOf(cause)
    .replace(/^\(HTTP code \d+\) (?:[a-z ]+ - )?/, '')
    .trim();
  const match = known.find(({ pattern }) => pattern.test(message));
  const code = match?.code ?? (status === 404 ? 'EngineNotThere' : status === 409 ? 'EngineConflict' : 'EngineFailed');
  return new EngineError(code, `${command}: ${message}`, {
    ...(match ? { hint: match.hint } : {}),
    command,
    cause,
  });
}
