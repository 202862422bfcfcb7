/** What the create dialogs share: name and namespace, the preview, and what is done at the end. */

import { FilePen } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { KubeObject } from '../../../../agent/api/types.ts';
import type { ResourceRef } from '../../../../main/contract/resources.ts';
import { call } from '../../../data/desktop.ts';
import { openTab } from '../../../data/dock.ts';
import { namePattern, useKnownNamespaces } from '../../../data/namespaces.ts';
import { notify } from '../../../data/notifications.ts';
import { toYaml } from '../../../data/object-yaml.ts';
import { namespaceRef } from '../../../data/refs.ts';
import { useResources } from '../../../data/resources.ts';
import { navigate } from '../../../data/route.ts';
import { Button, Input } from '../../../ui/controls.tsx';
import type { CreateProps } from '../../view.ts';
import { Field, FormDialog } from '../form-dialog.tsx';

const CodeView = lazy(() => import('../../../editor/code-view.tsx').then((m) => ({ default: m.CodeView })));

export function useNames(first: string) {
  const [name, setName] = useState('');
  const [namespace, setNamespace] = useState(first);
  return { name, namespace, setName, setNamespace };
}

export function NameFields({ names, context }: { names: ReturnType<typeof useNames>; context: string }) {
  const { items, loaded } = useResources(context, namespaceRef);
  const known = useKnownNamespaces(context);
  const there = loaded ? items.map(({ metadata }) => metadata.name) : known;
  return (
    <div className="fields">
      <Field label="Name">
        <Input
          autoFocus
          required
          pattern={namePattern}
          title="Lower-case letters, digits and dashes"
          value={names.name}
          onChange={(event) => names.setName(event.target.value)}
        />
      </Field>
      <Field label="Namespace">
        <select className="input" value={names.namespace} onChange={(event) => names.setNamespace(event.target.value)}>
          {[...new Set([names.namespace, ...there])].sort().map((namespace) => (
            <option key={namespace}>{namespace}</option>
          ))}
        </select>
      </Field>
    </div>
  );
}

interface CreateDialogProps extends Pick<CreateProps, 'context' | 'onClose'> {
  resource: ResourceRef;
  object: { kind: string; metadata: { name: string; namespace: string } };
  /** Something that must be filled in is not. */
  isIncomplete?: boolean;
  children: ReactNode;
}

export function CreateDialog({ context, resource, object, isIncomplete, onClose, children }: CreateDialogProps) {
  const { name, namespace } = object.metadata;
  const yaml = toYaml(object);
  const create = async () => {
    const made: KubeObject = await call('resource.create', { context, resource, namespace, object });
    notify(`${object.kind} ${made.metadata.name} created`);
    navigate({ page: resource, object: { namespace, name: made.metadata.name } });
  };
  const editInstead = () => {
    onClose();
    openTab({ type: 'apply', title: `New ${object.kind}`, context, text: yaml });
  };
  return (
    <FormDialog
      wide
      title={`Create a ${object.kind}`}
      label={`Create a ${object.kind}`}
      verb="Create"
      disabled={!name || isIncomplete}
      onSubmit={create}
      onClose={onClose}
    >
      <div className="create">
        <div className="form-stack">{children}</div>
        <div className="preview">
          <div className="preview-head">
            <span className="field-label spacer">YAML</span>
            <Button size="small" look="quiet" onClick={editInstead}>
              <FilePen size={14} /> Edit as YAML
            </Button>
          </div>
          <Suspense fallback={<pre>{yaml}</pre>}>
            <CodeView label="What will be created" text={yaml} />
          </Suspense>
        </div>
      </div>
    </FormDialog>
  );
}
