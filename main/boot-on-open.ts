/** Boots the default profile when the app opens, where the user wants that; tells a terminal, where there is one. */
import type { Services } from './calls/services.ts';
import { describeError, describeStart, progressPrinter } from './cli/output.ts';
import { platformOf } from './cluster/platforms.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** A failure is shown in the window by its progress, and here in the terminal; the window stays open either way. */
export async function bootDefaultProfile(
  { clusters, engine, preferences }: Services,
  { terminal, url }: { terminal: boolean; url?: string },
): Promise<void> {
  const { startOnOpen, defaultProfile } = await preferences.get();
  const signal = new AbortController().signal;
  if (!startOnOpen) return;
  if (!(await engine.status(signal)).found && !(await doesWithout(clusters, defaultProfile, signal))) return;
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

/** Some nodes do without an engine. */
async function doesWithout(clusters: Services['clusters'], name: string, signal: AbortSignal): Promise<boolean> {
  const list = await clusters.list(signal);
  return list.some(({ profile, runtime }) => profile === name && !platformOf(runtime).needsEngine);
}

/** Ends what this process is starting, with everything undone: half a cluster is of no use. Resolves with the profiles. */
export async function cancelStarts({ clusters }: Services): Promise<string[]> {
  const list = await clusters.list(AbortSignal.timeout(3_000));
  const starting = list
    .filter(({ state, underWay }) => state === 'starting' && underWay?.process === process.pid)
    .map(({ profile }) => profile);
  await Promise.all(starting.map((profile) => clusters.cancel(profile)));
  return starting;
}

export async function describeInterrupt({ clusters }: Services): Promise<string> {
  const list = await clusters.list(AbortSignal.timeout(3_000));
  const up = list.filter(({ state }) => state === 'running' || state === 'degraded').map(({ profile }) => profile);
  if (up.length === 0) return '\nNo cluster is running.';
  const profile = up.length === 1 && up[0] !== 'skiff' ? ` --profile ${up[0]}` : '';
  return `\n${up.join(', ')} keeps running; \`npx skiff stop${profile}\` stops it, \`npx skiff dashboard\` opens the window again.`;
}
