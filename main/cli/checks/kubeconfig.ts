/** Checks that the kubeconfig can be read and written, and that no lock was left behind. */
import { stat } from 'node:fs/promises';
import { codeOf } from '../../lock-file.ts';
import { quoted } from '../../quoted.ts';
import type { Check, Finding } from './check.ts';

/** Milliseconds. Programs hold the lock for a few of them. */
const oldest = 60_000;

export const checkKubeconfig: Check = async ({ kubeconfig }) => {
  const { contexts, currentContext } = await kubeconfig.load();
  await kubeconfig.checkWritable();
  const current = currentContext ? `current context ${currentContext}` : 'no current context';
  const message = `${kubeconfig.path()}: ${contexts.size} context${contexts.size === 1 ? '' : 's'}, ${current}`;
  const locks = await Promise.all(kubeconfig.files().map(lockOf));
  return [{ check: 'kubeconfig', outcome: 'ok', message }, ...locks.flat()];
};

async function lockOf(file: string): Promise<Finding[]> {
  const lock = `${file}.lock`;
  try {
    const { mtimeMs } = await stat(lock);
    if (Date.now() - mtimeMs < oldest) return [];
    const message = `${lock} was left behind: neither kubectl nor Skiff can write the kubeconfig`;
    return [{ check: 'kubeconfig', outcome: 'failed', message, fix: `rm ${quoted(lock)}` }];
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
