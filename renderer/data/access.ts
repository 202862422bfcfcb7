/** What the user of a context may do, as far as it was asked: menus ask when they open. */
import { useEffect, useMemo } from 'react';
import type { AccessAnswer, AccessQuestion } from '../../main/contract/resources.ts';
import { desktop } from './desktop.ts';
import { createStore, useStore } from './store.ts';

interface Known {
  answer?: AccessAnswer;
  /** Milliseconds since the epoch. */
  asked: number;
}

const known = createStore<ReadonlyMap<string, Known>>(new Map());
const freshMilliseconds = 10_000;
const mostKnown = 5_000;
const keyOf = (context: string, question: AccessQuestion): string => `${context} ${JSON.stringify(question)}`;

/** What is not known, or was asked a while ago, is asked now. Until there is an answer the server is left to decide. */
export async function askAccess(context: string, questions: readonly AccessQuestion[]): Promise<void> {
  const now = Date.now();
  const open = questions.filter((question) => {
    const before = known.get().get(keyOf(context, question));
    return !before || before.asked < now - freshMilliseconds;
  });
  if (open.length === 0) return;
  note(context, open, () => ({ asked: now }));
  const reply = await desktop.call('context.access', { context, questions: open });
  if (reply.ok) note(context, open, (at) => ({ asked: now, ...(reply.value[at] ? { answer: reply.value[at] } : {}) }));
}

function note(context: string, questions: readonly AccessQuestion[], what: (at: number) => Known): void {
  known.update((before) => {
    const next = new Map(before.size > mostKnown ? [] : before);
    for (const [at, question] of questions.entries()) {
      const key = keyOf(context, question);
      next.set(key, { ...next.get(key), ...what(at) });
    }
    return next;
  });
}

/** Why it is not allowed; undefined where it is, or nobody knows. */
export function refusalOf(context: string, question: AccessQuestion): string | undefined {
  const answer = known.get().get(keyOf(context, question))?.answer;
  return answer && !answer.allowed ? (answer.reason ?? 'The server does not allow it') : undefined;
}

/** Asks, and draws anew when the answers come. */
export function useAccess(context: string, questions: readonly AccessQuestion[]): void {
  useStore(known);
  const key = useMemo(() => JSON.stringify(questions), [questions]);
  useEffect(() => {
    void askAccess(context, JSON.parse(key) as AccessQuestion[]);
  }, [context, key]);
}
