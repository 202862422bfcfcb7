/** Looks for problems and reports each with its cause and its fix. Changes nothing. */
import { messageOf } from '../../agent/api/errors.ts';
import type { Machine } from '../cluster/machine.ts';
import type { Check, Finding } from './checks/check.ts';
import { checkEngine } from './checks/engine.ts';
import { checkKubeconfig } from './checks/kubeconfig.ts';
import { checkLeftovers, checkProfiles } from './checks/profiles.ts';
import { checkTools } from './checks/tools.ts';

const checks: Record<string, Check> = {
  engine: checkEngine,
  tools: checkTools,
  kubeconfig: checkKubeconfig,
  profiles: checkProfiles,
  leftovers: checkLeftovers,
};

export async function runDoctor(machine: Machine, signal: AbortSignal): Promise<Finding[]> {
  const findings = await Promise.all(
    Object.entries(checks).map(async ([check, run]): Promise<Finding[]> => {
      try {
        return await run(machine, signal);
      } catch (error) {
        const hint = error instanceof Error && 'hint' in error ? String(error.hint ?? '') : '';
        const message = messageOf(error);
        return [{ check, outcome: 'failed', message, ...(hint ? { fix: hint } : {}) }];
      }
    }),
  );
  return findings.flat();
}

const marks = { ok: '✓', warning: '!', failed: '✗' };

export const describeFinding = ({ check, outcome, message, fix }: Finding): string =>
  `${marks[outcome]} ${check}: ${message}${fix ? `\n    fix: ${fix}` : ''}`;
