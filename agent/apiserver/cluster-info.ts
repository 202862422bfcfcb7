/**
 * What a node reads before it trusts anybody: the cluster's address and authority, in a config map that everybody may
 * read. Bootstrap tokens sign it. Made once, as kubeadm makes it: who takes the right away has taken it away.
 * https://kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details/#create-the-public-cluster-info-configmap
 */
import { configMaps } from '../api/core/config-map.ts';
import { rbacGroup } from '../api/rbac/group.ts';
import { roles } from '../api/rbac/role.ts';
import { roleBindings } from '../api/rbac/role-binding.ts';
import type { Transport } from '../client/transport.ts';
import { makeOnce, type Named } from './first-objects.ts';
import { anonymousUser } from './user.ts';

const namespace = 'kube-public';
const name = 'cluster-info';
const readers = 'kubeadm:bootstrap-signer-clusterinfo';

/** A kubeconfig without a user. */
const kubeconfig = (server: string, authority: string): string => `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${Buffer.from(authority).toString('base64')}
    server: ${server}
  name: ""
contexts: null
current-context: ""
kind: Config
preferences: {}
users: null
`;

const role = {
  metadata: { name: readers, namespace },
  rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [name], verbs: ['get'] }],
};
const binding = {
  metadata: { name: readers, namespace },
  roleRef: { apiGroup: rbacGroup, kind: 'Role', name: readers },
  subjects: [{ apiGroup: rbacGroup, kind: 'User', name: anonymousUser.username }],
};

/** `server` is the URL for nodes, `authority` the PEM of what signs the server's certificate. */
export const makeClusterInfo = (transport: Transport, server: string, authority: string): Promise<void> =>
  makeOnce(transport, [
    {
      mark: 'skiff.dev/cluster-info-made',
      objects: [
        [configMaps, { metadata: { name, namespace }, data: { kubeconfig: kubeconfig(server, authority) } } as Named],
        [roles, role],
        [roleBindings, binding],
      ],
    },
  ]);
