/** Asks before anything is deleted, and says what will go with it. */
import { useMemo } from 'react';
import type { KubeObject } from '../../agent/api/types.ts';
import type { CallError } from '../../main/contract.ts';
import { CallRejected, call, errorOf } from '../data/desktop.ts';
import { notify } from '../data/notifications.ts';
import { podRef, useResources } from '../data/resources.ts';
import { kubectlCommand } from './clipboard.ts';
import { FormDialog } from './forms/form-dialog.tsx';
import { formatCount } from './quantity.ts';
import type { ResourceView } from './view.ts';
import { type Going, whatGoes } from './what-goes.ts';

interface DeleteDialogProps {
  context: string;
  view: ResourceView;
  objects: readonly KubeObject[];
  onClose(): void;
  onDone?(): void;
}

const consequences: Record<string, string> = {
  namespaces: 'Everything in the namespace is deleted with it.',
  replicasets: 'A replica set that belongs to a deployment is made again.',
  pods: 'A pod that belongs to a workload is replaced by a new one. What was written inside its containers is lost.',
  services: 'Its address, its endpoints and its localhost port are released.',
  nodes: 'The node leaves the cluster. Pods on it are deleted.',
  configmaps: 'Pods that are started from now on and refer to it do not start.',
  secrets: 'Pods that are started from now on and refer to it do not start.',
};

const shown = 8;

/** Rejects with the first refusal, and how many there were. */
async function deleteAll({ context, view, objects }: DeleteDialogProps): Promise<void> {
  const results = await Promise.allSettled(
    objects.map(({ metadata: { name, namespace } }) =>
      call('resource.delete', { context, resource: view.ref, name, namespace }),
    ),
  );
  const failed = results.filter((result) => result.status === 'rejected');
  if (failed.length === 0) return;
  const first: CallError = errorOf(failed[0]?.reason);
  const count = objects.length === 1 ? '' : `${failed.length} of ${objects.length} were not deleted: `;
  throw new CallRejected({ ...first, message: `${count}${first.message}` });
}

export function DeleteDialog(props: DeleteDialogProps) {
  const { context, view, objects, onClose, onDone } = props;
  const going = useGoing(context, objects);
  const [first] = objects;
  const noun = objects.length === 1 ? view.kind.kind : view.title.toLowerCase();
  const subject = objects.length === 1 ? `${noun} ${first?.metadata.name}` : `${objects.length} ${noun}`;
  return (
    <FormDialog
      title={`Delete ${subject}?`}
      label="Delete"
      verb="Delete"
      danger
      command={objects.length === 1 && first ? kubectlCommand(context, 'delete', view, first) : undefined}
      onSubmit={async () => {
        await deleteAll(props);
        notify(`${subject} deleted`);
        onDone?.();
      }}
      onClose={onClose}
    >
      <p>{consequences[view.ref.plural] ?? 'This cannot be undone.'}</p>
      {objects.length > 1 ? <Names names={objects.map(fullName)} /> : null}
      {going.map(({ kind, names }) => (
        <div key={kind} className="form-field">
          <span className="field-label">
            {names.length === 1 ? `One ${kind.replace(/s$/, '')}` : `${formatCount(names.length)} ${kind}`} with it
          </span>
          <Names names={names} />
        </div>
      ))}
    </FormDialog>
  );
}

const fullName = ({ metadata: { namespace, name } }: KubeObject): string => (namespace ? `${namespace}/${name}` : name);

function Names({ names }: { names: readonly string[] }) {
  return (
    <ul className="name-list mono">
      {names.slice(0, shown).map((name) => (
        <li key={name} className="truncate">
          {name}
        </li>
      ))}
      {names.length > shown ? <li className="muted">and {names.length - shown} more</li> : null}
    </ul>
  );
}

const replicaSetRef = { group: 'apps', version: 'v1', plural: 'replicasets' };
const deploymentRef = { group: 'apps', version: 'v1', plural: 'deployments' };
const serviceRef = { group: '', version: 'v1', plural: 'services' };

/** Owners before what they own. */
function useGoing(context: string, objects: readonly KubeObject[]): Going[] {
  const deployments = useResources(context, deploymentRef).items;
  const sets = useResources(context, replicaSetRef).items;
  const pods = useResources(context, podRef).items;
  const services = useResources(context, serviceRef).items;
  return useMemo(
    () => whatGoes(objects, { deployments, 'replica sets': sets, pods, services }),
    [objects, deployments, sets, pods, services],
  );
}
