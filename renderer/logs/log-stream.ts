/** One container's lines from main, opened again by itself where main has forgotten the stream. */
import type { CallError, DesktopCalls, DesktopEvents } from '../../main/contract.ts';
import { desktop } from '../data/desktop.ts';
import { type LogLine, parseLine } from './log-line.ts';

export type LogSource = Omit<DesktopCalls['log.open']['input'], 'id' | 'timestamps'>;

export interface StreamNews {
  lines: LogLine[];
  ended: boolean;
  error?: CallError;
}

/** Returns what closes it. */
export function openStream(source: LogSource, onNews: (news: StreamNews) => void): () => void {
  const id = crypto.randomUUID();
  let last = '';
  /** After main has forgotten the stream it is asked for from a whole second on: what is known comes again. */
  let resumeAfter = '';

  const take = ({ lines, ended = false, error }: Omit<DesktopEvents['log.lines'], 'id'>) => {
    const fresh = lines.map(parseLine).filter(({ stamp }) => stamp > resumeAfter);
    last = fresh.at(-1)?.stamp ?? last;
    onNews({ lines: fresh, ended, error });
  };
  const request = () => {
    resumeAfter = last;
    const since = last ? Math.max(1, Math.ceil((Date.now() - Date.parse(last)) / 1000)) : undefined;
    const wanted = since ? { ...source, tailLines: undefined, sinceSeconds: since } : source;
    desktop.call('log.open', { id, timestamps: true, ...wanted }).then(
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
