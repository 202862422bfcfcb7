/** The engine's event stream, narrowed to this node's containers. */
import type Docker from 'dockerode';
import type { RuntimeEvent } from '../runtime.ts';
import { jsonLines, openStream } from './engine.ts';
import { label, type Owner, podOf } from './labels.ts';

interface EngineEvent {
  Action?: string;
  status?: string;
  Actor?: { ID: string; Attributes?: Record<string, string> };
  id?: string;
  time?: number;
  timeNano?: number;
}

const killed = 137;

/**
 * Undefined for an end by SIGKILL: the engine's event does not say whether memory ran out. Podman's has no exit code.
 */
function endOf({ Actor, time = 0, timeNano = time * 1e9 }: EngineEvent): RuntimeEvent['end'] {
  const exitCode = Number(Actor?.Attributes?.exitCode || Number.NaN);
  return Number.isNaN(exitCode) || exitCode === killed || timeNano === 0
    ? undefined
    : { exitCode, finishedAt: Math.floor(timeNano / 1e6) };
}

const types: Readonly<Record<string, RuntimeEvent['type']>> = {
  start: 'started',
  die: 'died',
  died: 'died',
  oom: 'oom',
  destroy: 'removed',
  remove: 'removed',
};

/**
 * Yields the events of this node's containers. Takes the ids that it has seen out of `ownStarts`, which are the starts
 * that this agent asked for. Throws if the engine ends its stream.
 */
export async function* engineEvents(
  docker: Docker,
  owner: Owner,
  ownStarts: Set<string>,
  signal: AbortSignal,
): AsyncIterable<RuntimeEvent> {
  ownStarts.clear();
  const filters = {
    type: ['container'],
    event: ['start', 'die', 'oom', 'destroy', 'died', 'remove'],
    label: [`${label.profile}=${owner.profile}`, `${label.node}=${owner.node}`],
  };
  try {
    const stream = await openStream(docker, '/events', { filters: JSON.stringify(filters) }, signal);
    for await (const line of jsonLines(stream)) {
      const event = line as EngineEvent;
      const type = types[event.Action ?? event.status ?? ''];
      const attributes = event.Actor?.Attributes ?? {};
      // Podman combines several label filters with OR, so it also sends events of other nodes' containers.
      const isOurs = attributes[label.profile] === owner.profile && attributes[label.node] === owner.node;
      if (!type || !isOurs || !attributes[label.type]) continue;
      const id = event.Actor?.ID ?? event.id ?? '';
      const isOwn = ownStarts.delete(id) && type === 'started';
      const end = type === 'died' ? endOf(event) : undefined;
      yield { type, id, pod: podOf(attributes), ...(isOwn ? { own: true } : {}), ...(end ? { end } : {}) };
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) throw new Error('the container engine ended its event stream');
}
