/** The `skiff` command. It uses the very code that the window uses. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { kubernetesVersion } from '../../agent/api/version.ts';
import { createMachine, type Machine } from '../cluster/machine.ts';
import { contextOf, defaultProfile } from '../cluster/names.ts';
import type { StartOptions } from '../contract.ts';
import { standalone } from '../kube/entries.ts';
import { parseCpus, parseMemory, parseNodes } from './arguments.ts';
import { openDashboard } from './dashboard.ts';
import { describeFinding, runDoctor } from './doctor.ts';
import { describeEngine, ensureEngine } from './ensure-engine.ts';
import { describeError, describeStart, describeStatus, progressPrinter } from './output.ts';

interface Common {
  profile: string;
  output?: 'json';
}

const root = resolve(import.meta.dirname, '../..');
const version: string = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

const print = (text: string) => process.stdout.write(`${text}\n`);
/** Progress goes to stderr, so that what a command answers can be piped. */
const note = (text: string) => process.stderr.write(`${text}\n`);
const printJson = (value: unknown) => print(JSON.stringify(value, null, 2));
function answer({ output }: Common, value: unknown, text: string): void {
  if (output === 'json') printJson(value);
  else print(text);
}

const interrupt = new AbortController();
let interrupts = 0;
process.on('SIGINT', () => {
  interrupts += 1;
  if (interrupts > 1) process.exit(130);
  note('\ncancelling; press Ctrl-C again to leave things as they are');
  interrupt.abort(new Error('cancelled'));
});
process.on('SIGHUP', () => interrupt.abort(new Error('the terminal was closed')));
// Whoever reads our output may stop reading (`skiff start | head`); what is under way goes on to its end.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
process.on('SIGTERM', () => interrupt.abort(new Error('terminated')));

/** Runs with a machine, and closes it; exit code 1 where it throws, 130 where it was cancelled. */
async function withMachine(run: (machine: Machine, signal: AbortSignal) => Promise<void>): Promise<void> {
  const machine = createMachine({ say: note });
  machine.clusters.onProgress(
    progressPrinter({ write: (text) => process.stderr.write(text), isTTY: process.stderr.isTTY }),
  );
  try {
    await run(machine, interrupt.signal);
  } catch (error) {
    note(describeError(error));
    process.exitCode = interrupt.signal.aborted ? 130 : 1;
  } finally {
    machine.close();
  }
}

const program = new Command('skiff')
  .description('A real multi-node Kubernetes cluster on your own machine')
  .version(version, '--version')
  .showHelpAfterError();

const command = (name: string, description: string) =>
  program
    .command(name)
    .description(description)
    .addOption(new Option('-p, --profile <name>', 'which cluster').default(defaultProfile).env('SKIFF_PROFILE'))
    .addOption(new Option('-o, --output <format>', 'how to print the answer').choices(['json']));

command('start', 'create and start a cluster, or start a stopped one')
  .option('-n, --nodes <count>', 'nodes, one of them the control plane (default: 3)', parseNodes)
  .option('--cpus <cores>', 'cores per node that pods may ask for', parseCpus)
  .option('--memory <size>', 'memory per node that pods may ask for, e.g. 4Gi', parseMemory)
  .addOption(new Option('--runtime <runtime>', 'what runs the pods').choices(['docker', 'simulated']))
  .option('--wait', 'wait until kube-system is ready as well')
  .action((options: Common & StartOptions) =>
    withMachine(async ({ clusters }, signal) => {
      const { profile, output: _, ...rest } = options;
      const status = await clusters.start(profile, rest, signal);
      answer(options, status, describeStart(status));
    }),
  );

command('stop', 'stop a cluster and keep everything in it').action((options: Common) =>
  withMachine(async ({ clusters }, signal) => {
    const status = await clusters.stop(options.profile, signal);
    answer(options, status, `profile ${options.profile} is stopped; \`skiff start\` brings it back`);
  }),
);

command('delete', 'delete a cluster and everything in it')
  .option('--all', 'every profile')
  .action((options: Common & { all?: boolean }) =>
    withMachine(async ({ clusters }, signal) => {
      const profiles = options.all ? (await clusters.list(signal)).map(({ profile }) => profile) : [options.profile];
      for (const profile of profiles) await clusters.delete(profile, signal);
      answer(options, { deleted: profiles }, `deleted ${profiles.join(', ') || 'nothing'}`);
    }),
  );

command('status', 'show a cluster, or all of them').action((options: Common, self: Command) =>
  withMachine(async ({ clusters }, signal) => {
    const one = self.getOptionValueSource('profile') !== 'default';
    const list = one ? [] : await clusters.list(signal);
    if (list.length === 0) list.push(await clusters.status(options.profile, signal));
    answer(options, one ? list[0] : list, list.map(describeStatus).join('\n\n'));
    const fine = list.every(({ state }) => state === 'running');
    process.exitCode = fine ? 0 : 1;
  }),
);

command('ip', 'print the address of the control plane or of a node')
  .option('--node <name>', 'of which node')
  .action((options: Common & { node?: string }) =>
    withMachine(async ({ clusters }, signal) => {
      const { nodes } = await clusters.status(options.profile, signal);
      const node = nodes.find(({ name, role }) => (options.node ? name === options.node : role === 'control-plane'));
      if (!node) throw new Error(`profile ${options.profile} has no ${options.node ?? 'control plane'}`);
      answer(options, { node: node.name, ip: node.ip }, node.ip);
    }),
  );

command('dashboard', 'open the window in a browser')
  .option('--url', 'print its address and open nothing')
  .action((options: Common & { url?: boolean }) => openDashboard(root, options.url ? 'print' : 'open'));

command('kubeconfig', 'print a kubeconfig for the cluster').action((options: Common) =>
  withMachine(async ({ clusters }) => {
    const entry = await clusters.kubeconfigEntry(options.profile);
    if (!entry) throw new Error(`there is no profile ${options.profile}; \`skiff start\` makes it`);
    process.stdout.write(standalone(entry));
  }),
);

command('context', 'list the contexts of the kubeconfig, or switch to one')
  .argument('[action]', '`use`, or nothing to list them')
  .argument('[name]', 'the context to use (default: the one of the profile)')
  .action((action: string | undefined, name: string | undefined, options: Common) =>
    withMachine(async ({ kube }) => {
      if (action && !['use', 'list'].includes(action)) throw new Error(`unknown action ${action}: \`list\` or \`use\``);
      if (action === 'use') await kube.use(name ?? contextOf(options.profile));
      const contexts = await kube.contexts();
      const lines = contexts.map((context) => `${context.current ? '*' : ' '} ${context.name}`);
      answer(options, contexts, lines.join('\n') || 'no contexts');
    }),
  );

command('doctor', 'look for what is wrong, and how to put it right').action((options: Common) =>
  withMachine(async (machine, signal) => {
    const findings = await runDoctor(machine, signal);
    answer(options, findings, findings.map(describeFinding).join('\n'));
    process.exitCode = findings.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
  }),
);

command('engine', 'show which container engine is used')
  .option('--install', 'offer to install or start one where there is none')
  .action((options: Common & { install?: boolean }) =>
    withMachine(async (_, signal) => {
      const status = await ensureEngine(options.install ?? false, note, signal);
      answer(options, status, describeEngine(status));
      process.exitCode = status.found ? 0 : 1;
    }),
  );

command('version', 'print the versions').action((options: Common) =>
  answer(
    options,
    { skiff: version, kubernetes: kubernetesVersion.git },
    `skiff ${version}, Kubernetes ${kubernetesVersion.git}`,
  ),
);

await program.parseAsync();
