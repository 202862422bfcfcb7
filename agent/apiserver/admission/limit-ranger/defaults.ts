/** What a limit range fills in where a container says nothing. */
import { own, setOwn } from '../../../api/own.ts';
import type { Resources } from '../../../api/pods.ts';
import type { core, LimitRange, Pod } from '../../../api/types.ts';

const annotation = 'kubernetes.io/limit-ranger';

interface Defaults {
  limits: Resources;
  requests: Resources;
}

function defaultsOf({ spec }: LimitRange): Defaults {
  const defaults: Defaults = { limits: {}, requests: {} };
  for (const limit of spec.limits ?? []) {
    if (limit.type !== 'Container') continue;
    Object.assign(defaults.limits, limit.default);
    Object.assign(defaults.requests, limit.defaultRequest);
  }
  return defaults;
}

/** Adds what is missing; resolves to the names of what it has added. */
function fill(amounts: Resources, defaults: Resources): string[] {
  const missing = Object.keys(defaults).filter((name) => own(amounts, name) === undefined);
  for (const name of missing) setOwn(amounts, name, own(defaults, name) ?? '0');
  return missing.sort();
}

/** `what` is `container` or `init container`. Returns what it has set, in upstream's words. */
function fillContainer(container: core.Container, defaults: Defaults, what: string): string[] {
  const limits = { ...(container.resources?.limits as Resources | undefined) };
  const requests = { ...(container.resources?.requests as Resources | undefined) };
  const set = { limit: fill(limits, defaults.limits), request: fill(requests, defaults.requests) };
  if (set.limit.length + set.request.length === 0) return [];
  const { resources } = container;
  container.resources = {
    ...resources,
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
    ...(Object.keys(requests).length > 0 ? { requests } : {}),
  };
  return (['request', 'limit'] as const)
    .filter((part) => set[part].length > 0)
    .map((part) => `${set[part].join(', ')} ${part} for ${what} ${container.name}`);
}

/** Changes the pod in place, and records in an annotation what it has set. */
export function applyDefaults(limitRange: LimitRange, pod: Pod): void {
  const defaults = defaultsOf(limitRange);
  const { containers = [], initContainers = [] } = pod.spec;
  const set = [
    ...containers.flatMap((each) => fillContainer(each, defaults, 'container')),
    ...initContainers.flatMap((each) => fillContainer(each, defaults, 'init container')),
  ];
  if (set.length === 0) return;
  pod.metadata.annotations = { ...pod.metadata.annotations, [annotation]: `LimitRanger plugin set: ${set.join('; ')}` };
}
