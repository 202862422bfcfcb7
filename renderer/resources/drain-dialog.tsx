/**
 * Empties a node: cordons it, then deletes its pods, which their controllers make anew elsewhere.
 * https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/
 */
import { useState } from 'react';
import type { Node, Pod } from '../../agent/api/types.ts';
import { call, errorOf } from '../data/desktop.ts';
import { notify, notifyError } from '../data/notifications.ts';
import { useResources } from '../data/resources.ts';
import { Button } from '../ui/controls.tsx';
import { LoadingNotice } from '../ui/notices.tsx';
import { Dialog } from '../ui/overlays.tsx';

const podRef = { group: '', version: 'v1', plural: 'pods' };
const nodeRef = { group: '', version: 'v1', plural: 'nodes' };

/** Pods that the node makes itself, or that would come back to it at once, stay. */
export const leaves = ({ metadata }: Pod): boolean =>
  metadata.annotations?.['kubernetes.io/config.mirror'] === undefined &&
  !metadata.ownerReferences?.some(({ kind, controller }) => controller && (kind === 'DaemonSet' || kind === 'Node'));

export const isBare = ({ metadata }: Pod): boolean => !metadata.ownerReferences?.some(({ controller }) => controller);

interface DrainDialogProps {
  context: string;
  node: Node;
  onClose(): void;
}

export function DrainDialog({ context, node: { metadata }, onClose }: DrainDialogProps) {
  const { items, loaded } = useResources<Pod>(context, podRef);
  const [busy, setBusy] = useState(false);
  const pods = items.filter((pod) => pod.spec.nodeName === metadata.name && leaves(pod));
  const bare = pods.filter(isBare);

  const drain = async () => {
    setBusy(true);
    try {
      const type = 'application/merge-patch+json';
      const patch = { spec: { unschedulable: true } };
      await call('resource.patch', { context, resource: nodeRef, name: metadata.name, type, patch });
      for (const { metadata: pod } of pods)
        await call('resource.delete', { context, resource: podRef, name: pod.name, namespace: pod.namespace });
      notify(`${metadata.name} drained`, 'It takes new pods again once it is uncordoned.');
    } catch (error) {
      notifyError(errorOf(error));
    }
    onClose();
  };

  return (
    <Dialog
      title={`Drain ${metadata.name}?`}
      label="Drain"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" disabled={busy || !loaded} onClick={drain}>
            {busy ? 'Draining…' : 'Drain'}
          </Button>
        </>
      }
    >
      <p>
        No new pods come to the node, and those that are on it go: what belongs to a workload starts on another node.
      </p>
      {!loaded ? <LoadingNotice title="Looking for its pods" /> : null}
      {loaded && pods.length === 0 ? <p>There is no pod on it that has to go.</p> : null}
      {bare.length > 0 ? (
        <p className="tone-bad">
          {bare.length === 1 ? 'One of them belongs' : `${bare.length} of them belong`} to no workload and will not come
          back: {bare.map((pod) => pod.metadata.name).join(', ')}.
        </p>
      ) : null}
      {pods.length > 0 ? (
        <ul className="name-list mono">
          {pods.map((pod) => (
            <li key={pod.metadata.uid} className="truncate">
              {pod.metadata.namespace}/{pod.metadata.name}
            </li>
          ))}
        </ul>
      ) : null}
    </Dialog>
  );
}
