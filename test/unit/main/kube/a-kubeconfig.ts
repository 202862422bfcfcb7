/** A kubeconfig of someone else, and a cluster of ours to put into it. */
import { delimiter, dirname, join } from 'node:path';
import type { ClusterEntry } from '../../../../main/kube/entries.ts';
import { Kubeconfig } from '../../../../main/kube/kubeconfig.ts';

/** Its backups lie beside the first file. */
export const configOf = (...files: string[]) => {
  const folder = dirname(files[0] ?? '');
  return new Kubeconfig({
    env: { KUBECONFIG: files.join(delimiter) },
    home: folder,
    backupFolder: join(folder, 'backups'),
  });
};

export const aCluster = (profile = 'skiff', port = 6443): ClusterEntry => ({
  name: profile === 'skiff' ? 'skiff' : `skiff-${profile}`,
  profile,
  server: `https://127.0.0.1:${port}`,
  certificateAuthority: 'CA',
  clientCertificate: 'CERTIFICATE',
  clientKey: 'KEY',
});

export const foreign = `# my clusters
apiVersion: v1
kind: Config
clusters:
# the office
- name: office
  cluster: {server: "https://office:6443"}   # a comment
- name: home
  cluster:
      server:   'https://home:6443'
contexts:
  - name: office
    context: {cluster: office, user: me, namespace: team}
  - context:
      cluster: home
      user: me
    name: home
current-context: office
users:
- name: me
  user: {token: secret}
x-own: {kept: true}
`;
