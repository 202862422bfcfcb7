/** Commands to reach the cluster: the window, the kubeconfig, its contexts. */
import { parse } from 'yaml';
import { contextOf } from '../../cluster/names.ts';
import { standalone } from '../../kube/entries.ts';
import { answer, type Common, command, withMachine } from '../command.ts';
import { openDashboard } from '../dashboard.ts';
import { CommandError, noProfile } from '../failure.ts';
import { table } from '../output.ts';

export function addAccessCommands(root: string): void {
  command('dashboard', 'open the window in a browser')
    .option('--url', 'print its address and open nothing')
    .action((options: Common & { url?: boolean }) => openDashboard(root, options.url ? 'print' : 'open'));

  command('kubeconfig', 'print a kubeconfig for the cluster').action((options: Common) =>
    withMachine(options, async ({ clusters }) => {
      const entry = await clusters.kubeconfigEntry(options.profile);
      if (!entry) throw noProfile(options.profile);
      const text = standalone(entry);
      answer(options, parse(text), text.trimEnd());
    }),
  );

  command('context', 'list the contexts of the kubeconfig, or switch to one')
    .argument('[action]', '`use`, or nothing to list them')
    .argument('[name]', 'the context to use (default: the one of the profile)')
    .action((action: string | undefined, name: string | undefined, options: Common) =>
      withMachine(options, async ({ kube, clusters }) => {
        if (action && !['use', 'list'].includes(action)) throw unknownAction(action);
        const own = action === 'use' && !name;
        if (own && !(await clusters.kubeconfigEntry(options.profile))) throw noProfile(options.profile);
        if (action === 'use') await kube.use(name ?? contextOf(options.profile));
        const contexts = await kube.contexts();
        const rows = contexts.map(({ current, name: context }) => [current ? '*' : ' ', context]);
        answer(options, contexts, table(rows, ' ') || 'the kubeconfig has no contexts; `skiff start` adds one');
      }),
    );
}

const unknownAction = (action: string) =>
  new CommandError(
    'UnknownAction',
    `\`skiff context ${action}\` is not a command`,
    `\`skiff context use ${action}\` switches to that context, \`skiff context\` lists them.`,
  );
