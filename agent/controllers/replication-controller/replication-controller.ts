/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/replication/replication_controller.go */
import { replicationControllers } from '../../api/core/replication-controller.ts';
import type { apps, ReplicaSet, ReplicationController } from '../../api/types.ts';
import { defineReplicaController } from '../replica-set/replica-controller.ts';

type Status = NonNullable<ReplicationController['status']>;

const asReplicaSet = ({ spec, ...controller }: ReplicationController): ReplicaSet => ({
  ...controller,
  spec: { ...spec, selector: { matchLabels: spec.selector ?? {} } },
});

/** Its status has no count of the terminating pods. */
const statusOf = ({ terminatingReplicas: _, ...status }: apps.ReplicaSetStatus): Status => status;

export const replicationController = defineReplicaController({
  kind: replicationControllers,
  name: 'replicationmanager',
  account: 'replication-controller',
  component: 'replication-controller',
  asReplicaSet,
  withStatus: (controller, status) => ({ ...controller, status: statusOf(status) }),
});
