/** What the window says of a pod wherever it shows one: its status in a word, and how well that is. */
import { pods } from '../../agent/api/core/pod.ts';
import type { Pod } from '../../agent/api/types.ts';
import type { Tone } from '../ui/controls.tsx';
import { printed } from './columns.tsx';

const status = printed(pods, 'Status');
const waitingWell = new Set(['Pending', 'ContainerCreating', 'PodInitializing', 'Terminating', 'SchedulingGated']);

export const podStatus = (pod: Pod): string => String(status(pod) || pod.status?.phase || 'Unknown');

export const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

const tones = new WeakMap<Pod, Tone>();

/** Objects are never changed in place: of 20,000 pods only those that are new are looked at again. */
export function podTone(pod: Pod): Tone {
  const tone = tones.get(pod) ?? toneOf(pod);
  tones.set(pod, tone);
  return tone;
}

/**
 * Completed is rest; starting is busy or, where it cannot be scheduled, a warning; the rest says something is wrong.
 */
function toneOf(pod: Pod): Tone {
  const word = podStatus(pod);
  if (word === 'Completed' || word === 'Succeeded') return 'idle';
  if (word === 'Running') return isReady(pod) ? 'ok' : 'warn';
  if (word === 'Pending' && pod.status?.conditions?.some(({ reason }) => reason === 'Unschedulable')) return 'warn';
  if (waitingWell.has(word) || /^Init:\d/.test(word)) return 'busy';
  return 'bad';
}
