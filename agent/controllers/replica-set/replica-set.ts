/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/replicaset/replica_set.go */
import { replicaSets } from '../../api/apps/replica-set.ts';
import { defineReplicaController } from './replica-controller.ts';

export const replicaSet = defineReplicaController({
  kind: replicaSets,
  name: 'replicaset',
  account: 'replicaset-controller',
  component: 'replicaset-controller',
  asReplicaSet: (set) => set,
  withStatus: (set, status) => ({ ...set, status }),
});
