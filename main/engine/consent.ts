/** Whether Skiff may set up an engine by itself. Pure. */
import type { EngineStatus } from '../contract/clusters.ts';

export interface Situation {
  remedy: EngineStatus['remedy'];
  /** A person at a terminal, who can be asked. */
  isTTY: boolean;
  /** What is asked goes to that terminal too: `2>file` hides it. */
  seesQuestion: boolean;
  /** `SKIFF_NO_ENGINE_INSTALL=1`. */
  forbidden: boolean;
}

export type Consent =
  /** An unattended machine, and we are root on it. */
  | { kind: 'given' }
  | { kind: 'ask'; question: string; yesByDefault: boolean }
  /** The person has to do it. */
  | { kind: 'none' };

/** What goes through `sudo` has to be wished for; where root itself asks, Enter is enough. */
export function consentFor({ remedy, isTTY, seesQuestion, forbidden }: Situation): Consent {
  if (!remedy?.command || forbidden) return { kind: 'none' };
  if (!isTTY) return { kind: remedy.canRun ? 'given' : 'none' };
  if (!seesQuestion || (!remedy.canRun && !remedy.throughSudo)) return { kind: 'none' };
  const yesByDefault = remedy.canRun;
  const choices = yesByDefault ? '[Y/n]' : '[y/N]';
  const question = `${remedy.title}\nSkiff will run: ${remedy.command}\nGo ahead? ${choices} `;
  return { kind: 'ask', question, yesByDefault };
}

export const isYes = (reply: string, yesByDefault: boolean): boolean =>
  reply.trim() === '' ? yesByDefault : /^y(es)?$/i.test(reply.trim());
