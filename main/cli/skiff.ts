/** The `skiff` command. It uses the same code as the window. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Argument } from 'commander';
import { kubernetesVersion } from '../../agent/api/version.ts';
import { program } from './command.ts';
import { addAccessCommands } from './commands/access.ts';
import { addClusterCommands } from './commands/cluster.ts';
import { addGatewayCommand } from './commands/gateway.ts';
import { addImageCommands } from './commands/image.ts';
import { addInsideCommands } from './commands/inside.ts';
import { addMachineCommands } from './commands/machine.ts';
import { addNodeCommands } from './commands/nodes.ts';

const root = resolve(import.meta.dirname, '../..');
const version: string = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

// The reader of our output may stop reading (`skiff start
// head`) or close the terminal. An operation, even the undoing of a start, still runs to its end.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!['EPIPE', 'EIO'].includes(error.code ?? '')) throw error;
  });
}

const termOf = (argument: Argument): string => `[${argument.name()}]`;

const examples = `
Examples:
  skiff start                     three nodes: one control plane, two workers
  kubectl get nodes               the kubeconfig has a context "skiff"
  skiff service                   what answers on localhost
  skiff stop                      everything is kept; \`skiff start\` brings it back
  skiff start --profile two       another cluster beside the first`;

program
  .description('A real multi-node Kubernetes cluster on your own machine')
  .version(`skiff ${version}, Kubernetes ${kubernetesVersion.git}`, '--version', 'print the versions')
  .helpCommand(false)
  .helpOption('-h, --help', 'show this help')
  .configureHelp({
    subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(termOf)].join(' '),
  })
  .addHelpText('after', examples);
addClusterCommands();
addInsideCommands();
addGatewayCommand();
addNodeCommands();
addImageCommands();
addAccessCommands(root);
addMachineCommands(version);
program
  .command('help')
  .description('show the help of a command')
  .argument('[command]')
  .action(async (name: string | undefined) => {
    const command = name ? program.commands.find((candidate) => candidate.name() === name) : program;
    if (command) command.outputHelp();
    // Asking for help on an unknown command is reported like running it.
    else await program.parseAsync([name ?? ''], { from: 'user' });
  });

// `skiff` alone prints the help and is no error.
if (process.argv.length > 2) await program.parseAsync();
else program.outputHelp();
