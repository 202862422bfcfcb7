/** Checks this machine's programs: kubectl for the user, and on Linux the tools to assemble a node image offline. */
import { which } from '../../engine/remedy.ts';
import type { Check, Finding } from './check.ts';

const forImage = ['nft', 'ip', 'nsenter'];

const imageTools = (): Finding[] => {
  if (process.platform !== 'linux') return [];
  const missing = forImage.filter((tool) => !which(tool));
  if (!missing.length) return [{ check: 'tools', outcome: 'ok', message: `${forImage.join(', ')} are there` }];
  return [
    {
      check: 'tools',
      outcome: 'warning',
      message: `${missing.join(', ')} missing: without a registry Skiff cannot make the node image`,
      fix: 'sudo apt-get install nftables iproute2 util-linux',
    },
  ];
};

const kubectl = (): Finding => {
  const path = which('kubectl') ?? which('kubectl.exe');
  if (path) return { check: 'kubectl', outcome: 'ok', message: path };
  return {
    check: 'kubectl',
    outcome: 'warning',
    message: 'not on the PATH; Skiff works without it, but most guides use it',
    fix: 'https://kubernetes.io/docs/tasks/tools/',
  };
};

export const checkTools: Check = async () => [...imageTools(), kubectl()];
