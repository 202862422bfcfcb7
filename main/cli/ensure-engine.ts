/** Reports the engine in use. If there is none, offers to install or start one, as far as this machine allows it. */
import type { EngineStatus } from '../contract/clusters.ts';
import { consentFor, isYes } from '../engine/consent.ts';
import { findEngine } from '../engine/find.ts';
import { installEngine } from '../engine/install.ts';
import { which } from '../engine/remedy.ts';
import { ask } from './ask.ts';

/** Asks the user if consent is needed; no answer means no. Rejects if the user cancels. */
export async function mayInstall(
  remedy: EngineStatus['remedy'],
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const forbidden = process.env.SKIFF_NO_ENGINE_INSTALL === '1' && !which('dockerd');
  const consent = consentFor({ remedy, isTTY: process.stdin.isTTY, seesQuestion: process.stderr.isTTY, forbidden });
  if (consent.kind === 'none') return false;
  if (consent.kind === 'given') {
    say(`${remedy?.title} This runs: ${remedy?.command}`);
    return true;
  }
  const reply = await ask(consent.question, signal);
  return reply !== undefined && isYes(reply, consent.yesByDefault);
}

export async function ensureEngine(
  install: boolean,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<EngineStatus> {
  const { status } = await findEngine(signal);
  if (status.found || !install) return status;
  if (!(await mayInstall(status.remedy, say, signal))) return status;
  return installEngine(say, signal);
}

export function describeEngine(status: EngineStatus): string {
  if (status.found) return `${status.name} at ${status.endpoint}`;
  return [
    'no container engine answered; Skiff looked for:',
    ...status.looked.map(({ source, endpoint, outcome }) => `  ${source} (${endpoint}): ${outcome}`),
    ...(status.remedy ? [`what to do: ${status.remedy.title}`] : []),
    ...(status.remedy?.command ? [`  ${status.remedy.command}`] : []),
  ].join('\n');
}
