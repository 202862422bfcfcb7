/** Decides whether Skiff may set up an engine by itself. Pure. */
import type { EngineStatus } from '../contract/clusters.ts';

export interface Situation {
  remedy: EngineStatus['remedy'];
  /** A user at a terminal, who can answer. */
  isTTY: boolean;
  /** The question reaches that terminal too; `2>file` would hide it. */
  seesQuestion: boolean;
  /** `SKIFF_NO_ENGINE_INSTALL=1`. */
  forbidden: boolean;
}

export type Consent =
  /** An unattended machine on which Skiff runs as root. */
  | { kind: 'given' }
  | { kind: 'ask'; question: string; yesByDefault: boolean }
  /** The user has to do it. */
  | { kind: 'none' };

/** What runs through `sudo` needs an explicit yes; if the user is root already, Enter is enough. */
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
