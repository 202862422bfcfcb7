/** One container's lines from main, opened again by itself where main has forgotten the stream. */

import type { CallError } from '../../main/contract/reply.ts';
import type { LogPosition } from '../../main/contract/streams.ts';
import type { DesktopCalls, DesktopEvents } from '../../main/contract.ts';
import { desktop } from '../data/desktop.ts';
import { type LogLine, parseLine } from './log-line.ts';

export interface LogSource extends Omit<DesktopCalls['log.open']['input'], 'id' | 'timestamps' | 'after'> {
  /** Of the pod: one that comes back under its old name is another. */
  uid?: string;
}

export interface StreamNews {
  lines: LogLine[];
  ended: boolean;
  error?: CallError;
}

/** Returns what closes it. */
export function openStream({ uid: _, ...source }: LogSource, onNews: (news: StreamNews) => void): () => void {
  const id = crypto.randomUUID();
  let position: LogPosition | undefined;
  let ended = false;

  const take = ({ lines, error, position: reached, ...event }: Omit<DesktopEvents['log.lines'], 'id'>) => {
    position = reached ?? position;
    ended = event.ended ?? false;
    onNews({ lines: lines.map(parseLine), ended, error });
  };
  const request = () => {
    if (ended) return;
    const wanted = { id, timestamps: true, ...source, ...(position ? { after: position } : {}) };
    desktop.call('log.open', wanted).then(
      (reply) => {
        if (!reply.ok) take({ lines: [], ended: true, error: reply.error });
      },
      (error: unknown) => take({ lines: [], error: { code: 'Failed', message: String(error) } }),
    );
  };

  const forget = [
    desktop.on('log.lines', (event) => {
      if (event.id === id) take(event);
    }),
    desktop.onForgotten(request),
  ];
  request();
  return () => {
    for (const stop of forget) stop();
    void desktop.call('subscription.close', { id });
  };
}
