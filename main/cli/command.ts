/** What all commands share: options, a machine to work on, one way to answer and one to fail. */
import { Command, Option } from 'commander';
import { OperationError } from '../cluster/boot.ts';
import { createMachine, type Machine } from '../cluster/machine.ts';
import { checkProfileName, defaultProfile } from '../cluster/names.ts';
import { CommandError } from './failure.ts';
import { describeError, errorData, type ProgressPrinter, progressPrinter } from './output.ts';

export interface Common {
  profile: string;
  output?: 'json';
}

const print = (text: string) => process.stdout.write(`${text}\n`);
/** Progress goes to stderr, so that a command's answer on stdout can be piped. */
export const note = (text: string) => process.stderr.write(`${text}\n`);

export function answer({ output }: Pick<Common, 'output'>, value: unknown, text: string): void {
  print(output === 'json' ? JSON.stringify(value, null, 2) : text);
}

/** A usage error is one line, with a pointer to the help. */
const helpOf = (path: string): string => `See \`${path} --help\`.`;

// An empty variable counts as unset.
if (!process.env.SKIFF_PROFILE) delete process.env.SKIFF_PROFILE;

const whichCluster = () => new Option('-p, --profile <name>', 'which cluster');
const howToPrint = () => new Option('-o, --output <format>', 'how to print the answer').choices(['json']);

/** Passes on what was given before the name of the subcommand. */
const passOn = (before: Command, command: Command): void => {
  for (const [name, value] of Object.entries(before.opts())) {
    if (before.getOptionValueSource(name) === 'cli') command.setOptionValueWithSource(name, value, 'cli');
  }
};

/** Options of all commands may also come first: `skiff -p two status`. */
export const program = new Command('skiff')
  .showHelpAfterError(helpOf('skiff'))
  .enablePositionalOptions()
  .addOption(whichCluster())
  .addOption(howToPrint())
  .hook('preSubcommand', passOn);

const commandOf = (parent: Command, name: string, description: string, path: string) =>
  parent
    .command(name)
    .description(description)
    .showHelpAfterError(helpOf(path))
    .addOption(whichCluster().default(defaultProfile).env('SKIFF_PROFILE'))
    .addOption(howToPrint())
    .hook('preSubcommand', passOn);

export const command = (name: string, description: string) => commandOf(program, name, description, `skiff ${name}`);

/** Of a command such as `skiff node`; what is said for the parent may come before or after its name. */
export const subcommand = (parent: Command, name: string, description: string) =>
  commandOf(parent, name, description, `skiff ${parent.name()} ${name}`);

/** Of a command that lists something where no other action is named. */
export function refuseOther(noun: string, action: string | undefined): void {
  if (action === undefined || action === 'list') return;
  throw new CommandError(
    'UnknownAction',
    `\`skiff ${noun} ${action}\` is not a command`,
    `\`skiff ${noun} list\` lists them.`,
  );
}

const interrupt = new AbortController();

/**
 * The first Ctrl-C undoes what is under way; a second one leaves it as it is. Without an operation, Ctrl-C just ends.
 */
function listenForInterrupts(tell: () => void): void {
  let interrupts = 0;
  process.on('SIGINT', () => {
    interrupts += 1;
    if (interrupts > 1) process.exit(130);
    tell();
    interrupt.abort(new Error('cancelled'));
  });
  process.on('SIGHUP', () => interrupt.abort(new Error('the terminal was closed')));
  process.on('SIGTERM', () => interrupt.abort(new Error('terminated')));
}

const terminal = (): ProgressPrinter => {
  const { isTTY, columns } = process.stderr;
  const write = (text: string) => process.stderr.write(text);
  return progressPrinter({ write, isTTY: isTTY && process.env.TERM !== 'dumb', columns });
};

/** Runs `run` with a machine and closes it. Exit code 1 if it throws, 130 if it is cancelled. */
export async function withMachine(
  { profile, output }: Common,
  run: (machine: Machine, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { show, say } = terminal();
  const machine = createMachine({ say });
  let underWay = false;
  machine.clusters.onProgress((progress) => {
    underWay = !progress.finished;
    show(progress);
  });
  listenForInterrupts(() => {
    if (underWay) say('\ncancelling; press Ctrl-C again to leave things as they are');
  });
  try {
    checkProfileName(profile);
    await run(machine, interrupt.signal);
    if (interrupt.signal.aborted) process.exitCode = 130;
  } catch (error) {
    process.exitCode = interrupt.signal.aborted ? 130 : 1;
    if (interrupt.signal.aborted && !(error instanceof OperationError)) return;
    note(describeError(error));
    if (output === 'json') print(JSON.stringify(errorData(error), null, 2));
  } finally {
    machine.close();
  }
}
