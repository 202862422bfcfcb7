/** What a limit range fills in where a container says nothing. */
import { tooManyValues } from '../../../api/json/limits.ts';
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

/** Amounts that the limit ranges of a namespace may set in one pod; upstream has no such limit. */
const mostSet = 100_000;

const sizeOf = ({ limits, requests }: Defaults): number => Object.keys(limits).length + Object.keys(requests).length;

/**
 * Changes the pod in place, and records in an annotation what has been set. Throws `ApiError` 413 where that would be
 * too much.
 */
export function applyDefaults(limitRanges: readonly LimitRange[], pod: Pod): void {
  const all = limitRanges.map(defaultsOf);
  const { containers = [], initContainers = [] } = pod.spec;
  const size = all.reduce((sum, defaults) => sum + sizeOf(defaults), 0);
  if (size * (containers.length + initContainers.length) > mostSet) throw tooManyValues(mostSet);
  for (const defaults of all) applyOne(defaults, pod);
}

function applyOne(defaults: Defaults, pod: Pod): void {
  const { containers = [], initContainers = [] } = pod.spec;
  const set = [
    ...containers.flatMap((each) => fillContainer(each, defaults, 'container')),
    ...initContainers.flatMap((each) => fillContainer(each, defaults, 'init container')),
  ];
  if (set.length === 0) return;
  pod.metadata.annotations = { ...pod.metadata.annotations, [annotation]: `LimitRanger plugin set: ${set.join('; ')}` };
}
