/** In place of a list that the user may not see: what is missing, and how to go on. */
import { Lock } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { CallError } from '../../main/contract/reply.ts';
import { namePattern, rememberNamespaces, useKnownNamespaces } from '../data/namespaces.ts';
import { resourceName } from '../data/refs.ts';
import { navigate } from '../data/route.ts';
import { Button, Input } from '../ui/controls.tsx';
import { Notice } from '../ui/notices.tsx';
import type { ResourceView } from './view.ts';

interface ForbiddenListProps {
  context: string;
  view: ResourceView;
  error: CallError;
}

export function ForbiddenList({ context, view, error }: ForbiddenListProps) {
  const known = useKnownNamespaces(context);
  return (
    <Notice
      icon={<Lock size={24} />}
      title={`You may not list ${view.title}`}
      actions={view.namespaced ? <NamespaceForm context={context} /> : null}
    >
      {error.message}
      <span className="notice-hint">
        What is missing is <code>list</code> and <code>watch</code> of <code>{resourceName(view.ref)}</code>
        {view.namespaced
          ? `, in all namespaces or in one. Tried as well: ${known.join(', ')}. Ask for the permission, or name a namespace in which you have it.`
          : '. Ask for the permission, or switch context.'}
      </span>
    </Notice>
  );
}

function NamespaceForm({ context }: { context: string }) {
  const [name, setName] = useState('');
  const show = (event: FormEvent) => {
    event.preventDefault();
    rememberNamespaces(context, [name]);
    navigate({ namespaces: [name] });
  };
  return (
    <form className="notice-form" onSubmit={show}>
      <Input
        aria-label="Namespace"
        placeholder="Namespace"
        required
        pattern={namePattern}
        title="Lower-case letters, digits and dashes"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" disabled={!name}>
        Show
      </Button>
    </form>
  );
}
