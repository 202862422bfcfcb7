/** Says which engine there is; where there is none, offers to install or start one, as far as this machine allows it. */
import { createInterface } from 'node:readline/promises';
import type { EngineStatus } from '../contract.ts';
import { findEngine } from '../engine/find.ts';
import { installEngine } from '../engine/install.ts';

/** A person at a terminal is asked; root without one means an unattended machine. */
async function mayInstall(remedy: EngineStatus['remedy'], say: (line: string) => void): Promise<boolean> {
  if (!remedy?.canRun || !remedy.command) return false;
  say(`${remedy.title} This runs: ${remedy.command}`);
  if (!process.stdin.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const reply = await terminal.question('Go ahead? [Y/n] ');
  terminal.close();
  return /^(y(es)?)?$/i.test(reply.trim());
}

export async function ensureEngine(
  install: boolean,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<EngineStatus> {
  const { status } = await findEngine(signal);
  if (status.found || !install) return status;
  if (!(await mayInstall(status.remedy, say))) return status;
  return installEngine(say, signal);
}

export function describeEngine(status: EngineStatus): string {
  if (status.found) return `${status.name} at ${status.endpoint}`;
  return [
    'no container engine answered; looked for:',
    ...status.looked.map(({ source, endpoint, outcome }) => `  ${source} (${endpoint}): ${outcome}`),
    ...(status.remedy ? [`what to do: ${status.remedy.title}`] : []),
    ...(status.remedy?.command ? [`  ${status.remedy.command}`] : []),
  ].join('\n');
}
