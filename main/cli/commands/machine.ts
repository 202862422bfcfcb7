/** Commands about this machine: the engine, `doctor`, the versions. */
import { kubernetesVersion } from '../../../agent/api/version.ts';
import { answer, type Common, command, note, withMachine } from '../command.ts';
import { describeFinding, runDoctor } from '../doctor.ts';
import { describeEngine, ensureEngine } from '../ensure-engine.ts';

export function addMachineCommands(version: string): void {
  command('doctor', 'look for what is wrong, and how to put it right').action((options: Common) =>
    withMachine(options, async (machine, signal) => {
      const findings = await runDoctor(machine, signal);
      answer(options, findings, findings.map(describeFinding).join('\n'));
      process.exitCode = findings.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
    }),
  );

  command('engine', 'show which container engine is used')
    .option('--install', 'offer to install or start one where there is none')
    .action((options: Common & { install?: boolean }) =>
      withMachine(options, async (_, signal) => {
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
}
