/** Asks before anything is deleted, and says what will go with it. */
import { useMemo } from 'react';
import type { KubeObject } from '../../agent/api/types.ts';
import type { CallError } from '../../main/contract/reply.ts';
import { CallRejected, call, errorOf } from '../data/desktop.ts';
import { notify } from '../data/notifications.ts';
import { formatCount } from '../data/quantity.ts';
import { useLists } from '../data/resources.ts';
import { kubectlCommand } from './clipboard.ts';
import { useDependents } from './dependents.ts';
import { FormDialog } from './forms/form-dialog.tsx';
import { viewIn } from './known-views.ts';
import { inSentence } from './nouns.ts';
import type { ResourceView } from './view.ts';
import { type Going, whatGoes } from './what-goes.ts';

interface DeleteDialogProps {
  context: string;
  view: ResourceView;
  objects: readonly KubeObject[];
  onClose(): void;
  onDone?(): void;
}

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
  const { going, isLooking } = useGoing(context, view, objects);
  const [first] = objects;
  const noun = objects.length === 1 ? view.kind : inSentence(view.title);
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
      <p>{view.deletion?.consequence ?? 'This cannot be undone.'}</p>
      {objects.length > 1 ? <Names names={objects.map(fullName)} /> : null}
      {isLooking ? <p className="muted">Looking for what goes with it…</p> : null}
      {going.map(({ title, names }) => (
        <div key={title} className="form-field">
          <span className="field-label">
            {names.length === 1
              ? `One ${inSentence(title).replace(/s$/, '')}`
              : `${formatCount(names.length)} ${inSentence(title)}`}{' '}
            with it
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

const nowhere: readonly never[] = [];

/** In the lists that the view names; where it names none, wherever the server says. */
function useGoing(
  context: string,
  view: ResourceView,
  objects: readonly KubeObject[],
): { going: readonly Going[]; isLooking: boolean } {
  const { takes, empties } = view.deletion ?? {};
  const lists = useLists(context, takes ?? nowhere);
  const titles = useMemo(() => (takes ?? []).map((ref) => viewIn(context, ref)?.title ?? ref.plural), [context, takes]);
  const { dependents, error } = useDependents(context, takes ? undefined : objects);
  const listed = useMemo(() => {
    const emptied = new Set(empties ? objects.map(empties) : []);
    const looked = lists.map(({ items }, at) => ({ title: titles[at] ?? '', items }));
    return whatGoes(objects, looked, emptied);
  }, [objects, lists, titles, empties]);
  if (takes) return { going: listed, isLooking: false };
  const going = (dependents?.groups ?? []).map(({ resource, kind, objects: found }) => ({
    title: viewIn(context, resource)?.title ?? kind,
    names: found.map(({ name }) => name).sort(),
  }));
  return { going, isLooking: !dependents && !error };
}
