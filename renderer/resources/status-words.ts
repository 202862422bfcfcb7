/** How well an object is that the window knows nothing of but its conditions, its phase and the words in its cells. */
import type { AnyObject } from '../../agent/api/types.ts';
import type { Tone } from '../ui/controls.tsx';

const words: [Tone, RegExp][] = [
  [
    'ok',
    /^(true|ready|running|active|bound|available|succeeded|healthy|synced|established|complete|completed|ok|up)$/i,
  ],
  ['bad', /^(false|failed|failure|error|lost|degraded|unhealthy|invalid|down|missing|.*backoff|err.*)$/i],
  ['busy', /^(pending|progressing|creating|provisioning|updating|reconciling|terminating|deleting|waiting|starting)$/i],
  ['warn', /^(unknown|outofsync|suspended|warning|stalled)$/i],
];

/** Undefined for words that say nothing about health. */
export const toneOfWord = (word: string): Tone | undefined => words.find(([, pattern]) => pattern.test(word))?.[0];

interface Condition {
  type?: unknown;
  status?: unknown;
  reason?: unknown;
}

const isCondition = (value: unknown): value is Condition =>
  typeof value === 'object' && value !== null && 'type' in value;

export function conditionsOf({ status }: AnyObject): readonly Condition[] {
  const conditions = status?.conditions;
  return Array.isArray(conditions) ? conditions.filter(isCondition) : [];
}

/** Conditions that sum up the others, in the order in which they are believed. */
const summaries = ['Ready', 'Available', 'Healthy', 'Established', 'Succeeded', 'Complete'];
/** Conditions that are there only while something is the matter. */
const troubles: Readonly<Record<string, Tone>> = {
  Stalled: 'bad',
  Failed: 'bad',
  Degraded: 'bad',
  Reconciling: 'busy',
};

interface Health {
  tone: Tone;
  /** Empty where the object says nothing of itself. */
  word: string;
}

/**
 * As kstatus reads any object: troubles first, then the condition that sums up, then the phase.
 * https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */
export function healthOf(object: AnyObject): Health {
  if (object.metadata.deletionTimestamp) return { tone: 'busy', word: 'Terminating' };
  const conditions = conditionsOf(object);
  for (const [type, tone] of Object.entries(troubles))
    if (conditions.some((each) => each.type === type && each.status === 'True')) return { tone, word: type };
  for (const type of summaries) {
    const found = conditions.find((each) => each.type === type);
    if (found?.status === 'True') return { tone: 'ok', word: type };
    if (found?.status === 'False') return { tone: 'bad', word: String(found.reason || `Not ${type.toLowerCase()}`) };
    if (found) return { tone: 'busy', word: String(found.reason || 'Unknown') };
  }
  const phase = object.status?.phase ?? object.status?.state;
  return typeof phase === 'string' ? { tone: toneOfWord(phase) ?? 'ok', word: phase } : { tone: 'ok', word: '' };
}
