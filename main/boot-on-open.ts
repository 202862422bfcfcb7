/**
 * Boots the default profile when the app opens, if the user's preferences say so. Reports it in a terminal, if there is
 * one.
 */
import type { Services } from './calls/services.ts';
import { describeError, describeStart, progressPrinter } from './cli/output.ts';
import { platformOf } from './cluster/platforms.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** The window shows a failure from its progress event, and the terminal prints it. The window stays open either way. */
export async function bootDefaultProfile(
  { clusters, engine, preferences }: Services,
  { terminal, url }: { terminal: boolean; url?: string },
): Promise<void> {
  const { startOnOpen, defaultProfile } = await preferences.get();
  const signal = new AbortController().signal;
  if (!startOnOpen) return;
  if (!(await engine.status(signal)).found && !(await needsNoEngine(clusters, defaultProfile, signal))) return;
  const { isTTY, columns } = process.stdout;
  const output = { write: (text: string) => void process.stdout.write(text), isTTY, columns };
  const forget = terminal ? clusters.onProgress(progressPrinter(output).show) : () => undefined;
  try {
    const status = await clusters.start(defaultProfile, {}, signal);
    if (terminal)
      print(`\n${describeStart(status)}${url ? `\nwindow    ${url}` : ''}\n\nCtrl-C leaves the cluster running.`);
  } catch (error) {
    if (terminal) print(describeError(error));
    else console.error(describeError(error));
  } finally {
    forget();
  }
}

/** Simulated nodes need no engine. */
async function needsNoEngine(clusters: Services['clusters'], name: string, signal: AbortSignal): Promise<boolean> {
  const list = await clusters.list(signal);
  return list.some(({ profile, runtime }) => profile === name && !platformOf(runtime).needsEngine);
}

/**
 * Cancels every start that this process runs, and undoes it: half a cluster is of no use. Resolves with the profiles.
 */
export async function cancelStarts({ clusters }: Services): Promise<string[]> {
  const list = await clusters.list(AbortSignal.timeout(3_000));
  const starting = list
    .filter(({ state, underWay }) => state === 'starting' && underWay?.process === process.pid)
    .map(({ profile }) => profile);
  await Promise.all(starting.map((profile) => clusters.cancel(profile)));
  return starting;
}

/** The text for Ctrl-C in a terminal: which clusters keep running, and how to stop them. */
export async function describeInterrupt({ clusters }: Services): Promise<string> {
  const list = await clusters.list(AbortSignal.timeout(3_000));
  const up = list.filter(({ state }) => state === 'running' || state === 'degraded').map(({ profile }) => profile);
  if (up.length === 0) return '\nNo cluster is running.';
  const profile = up.length === 1 && up[0] !== 'skiff' ? ` --profile ${up[0]}` : '';
  return `\n${up.join(', ')} keeps running; \`npx skiff stop${profile}\` stops it, \`npx skiff dashboard\` opens the window again.`;
}
