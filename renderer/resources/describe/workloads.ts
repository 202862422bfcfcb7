/** Pods, deployments and replica sets as `kubectl describe` words them. */
import type { Deployment, Pod, ReplicaSet } from '../../../agent/api/types.ts';
import { podRef, replicaSetRef } from '../../data/refs.ts';
import { listed } from '../view.ts';
import {
  controllerOf,
  type DescribeScene,
  described,
  formatLabels,
  longTime,
  writeAnnotations,
  writeConditions,
  writeEvents,
  writeLabels,
  writeSelector,
  writeTolerations,
} from './common.ts';
import { writeContainers, writeTemplate, writeVolumes } from './containers.ts';
import type { TabWriter } from './tab-writer.ts';

export const describePod = (pod: Pod, scene: DescribeScene): string =>
  described((out) => {
    const { metadata, spec, status } = pod;
    out.line(0, 'Name:', metadata.name);
    out.line(0, 'Namespace:', metadata.namespace ?? '');
    if (spec.priority !== undefined) out.line(0, 'Priority:', spec.priority);
    if (spec.priorityClassName) out.line(0, 'Priority Class Name:', spec.priorityClassName);
    if (spec.serviceAccountName) out.line(0, 'Service Account:', spec.serviceAccountName);
    out.line(0, 'Node:', spec.nodeName ? `${spec.nodeName}/${status?.hostIP ?? ''}` : '<none>');
    if (status?.startTime) out.line(0, 'Start Time:', longTime(status.startTime));
    writeLabels(out, 'Labels', metadata.labels);
    writeAnnotations(out, 'Annotations', metadata.annotations);
    writePhase(out, pod, scene.now);
    out.line(0, 'IP:', status?.podIP ?? '');
    if (!status?.podIPs?.length) out.line(0, 'IPs:', '<none>');
    else {
      out.line(0, 'IPs:');
      for (const { ip = '' } of status.podIPs) out.line(1, 'IP:', ip);
    }
    if (controllerOf(pod)) out.line(0, 'Controlled By:', controllerOf(pod));
    const init = { containers: spec.initContainers ?? [], statuses: status?.initContainerStatuses, pod };
    if (init.containers.length > 0) writeContainers(out, { label: 'Init Containers', ...init });
    writeContainers(out, {
      label: 'Containers',
      containers: spec.containers,
      statuses: status?.containerStatuses,
      pod,
    });
    if (status?.conditions?.length) {
      out.write(0, 'Conditions:\n  Type\tStatus\n');
      for (const condition of status.conditions) out.line(1, `${condition.type} `, `${condition.status} `);
    }
    writeVolumes(out, spec.volumes ?? [], '');
    out.line(0, 'QoS Class:', status?.qosClass ?? '');
    writeLabels(out, 'Node-Selectors', spec.nodeSelector);
    writeTolerations(out, 'Tolerations', spec.tolerations);
    writeEvents(out, scene);
  });

function writePhase(out: TabWriter, { metadata, status }: Pod, now: number): void {
  const isOver = status?.phase === 'Failed' || status?.phase === 'Succeeded';
  if (metadata.deletionTimestamp && !isOver) {
    const seconds = Math.max(0, Math.floor((now - Date.parse(metadata.deletionTimestamp)) / 1000));
    out.line(0, 'Status:', `Terminating (lasts ${seconds}s)`);
    out.line(0, 'Termination Grace Period:', `${metadata.deletionGracePeriodSeconds ?? 0}s`);
  } else out.line(0, 'Status:', status?.phase ?? '');
  if (status?.reason) out.line(0, 'Reason:', status.reason);
  if (status?.message) out.line(0, 'Message:', status.message);
}

const replicaSetText = ({ metadata, spec, status }: ReplicaSet): string =>
  `${metadata.name} (${status?.replicas ?? 0}/${spec.replicas ?? 1} replicas created)`;

const revisionOf = ({ metadata }: Deployment | ReplicaSet): string | undefined =>
  metadata.annotations?.['deployment.kubernetes.io/revision'];

export const describeDeployment = (deployment: Deployment, scene: DescribeScene): string =>
  described((out) => {
    const { metadata, spec, status = {} } = deployment;
    const rolling = spec.strategy?.rollingUpdate;
    const sets = listed<ReplicaSet>(scene, replicaSetRef).filter((set) =>
      set.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid),
    );
    const [current, old] = [true, false].map((isCurrent) =>
      sets
        .filter((set) => (revisionOf(set) === revisionOf(deployment)) === isCurrent)
        .map(replicaSetText)
        .join(', '),
    );
    out.line(0, 'Name:', metadata.name);
    out.line(0, 'Namespace:', metadata.namespace ?? '');
    out.line(0, 'CreationTimestamp:', longTime(metadata.creationTimestamp));
    writeLabels(out, 'Labels', metadata.labels);
    writeAnnotations(out, 'Annotations', metadata.annotations);
    writeSelector(out, spec.selector);
    const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, unavailableReplicas = 0 } = status;
    out.line(
      0,
      'Replicas:',
      `${spec.replicas ?? 1} desired | ${updatedReplicas} updated | ${replicas} total | ${availableReplicas} available | ${unavailableReplicas} unavailable`,
    );
    out.line(0, 'StrategyType:', spec.strategy?.type ?? '');
    out.line(0, 'MinReadySeconds:', spec.minReadySeconds ?? 0);
    if (rolling)
      out.line(0, 'RollingUpdateStrategy:', `${rolling.maxUnavailable} max unavailable, ${rolling.maxSurge} max surge`);
    writeTemplate(out, spec.template);
    writeConditions(out, status.conditions);
    if (sets.length > 0) {
      out.line(0, 'OldReplicaSets:', old || '<none>');
      out.line(0, 'NewReplicaSet:', current || '<none>');
    }
    writeEvents(out, scene);
  });

export const describeReplicaSet = (set: ReplicaSet, scene: DescribeScene): string =>
  described((out) => {
    const { metadata, spec, status } = set;
    const pods = listed<Pod>(scene, podRef).filter((pod) =>
      pod.metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === metadata.uid),
    );
    const count = (phase: string) => pods.filter((pod) => (pod.status?.phase ?? 'Pending') === phase).length;
    out.line(0, 'Name:', metadata.name);
    out.line(0, 'Namespace:', metadata.namespace ?? '');
    out.line(0, 'Selector:', formatLabels(spec.selector?.matchLabels));
    writeLabels(out, 'Labels', metadata.labels);
    writeAnnotations(out, 'Annotations', metadata.annotations);
    if (controllerOf(set)) out.line(0, 'Controlled By:', controllerOf(set));
    out.line(0, 'Replicas:', `${status?.replicas ?? 0} current / ${spec.replicas ?? 1} desired`);
    const phases = `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded`;
    out.line(0, 'Pods Status:', `${phases} / ${count('Failed')} Failed`);
    writeTemplate(out, spec.template);
    writeConditions(out, status?.conditions);
    writeEvents(out, scene);
  });
