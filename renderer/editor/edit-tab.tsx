/** Edits one object: shows what the server would make of it before anything is changed. */
import { useEffect, useState } from 'react';
import type { AnyObject } from '../../agent/api/types.ts';
import type { ResourceRef } from '../../main/contract.ts';
import { call, errorOf } from '../data/desktop.ts';
import { notify, notifyError } from '../data/notifications.ts';
import { toYaml } from '../resources/clipboard.ts';
import { Button } from '../ui/controls.tsx';
import { ErrorNotice, LoadingNotice } from '../ui/notices.tsx';
import { CodeView } from './code-view.tsx';
import { MergeView } from './merge-view.tsx';

interface EditTabProps {
  context: string;
  resource: ResourceRef;
  namespace?: string;
  name: string;
}

/** Field ownership is noise to a person and is kept by the server where it is not sent. */
function readable(object: AnyObject): string {
  const { managedFields: _, ...metadata } = object.metadata;
  return toYaml({ ...object, metadata });
}

export function EditTab({ context, resource, namespace, name }: EditTabProps) {
  const [before, setBefore] = useState<string>();
  const [text, setText] = useState('');
  const [after, setAfter] = useState<string>();
  const [failure, setFailure] = useState<unknown>();
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the round asks for it again
  useEffect(() => {
    setFailure(undefined);
    setAfter(undefined);
    call('resource.get', { context, resource, name, namespace }).then((object) => {
      setBefore(readable(object));
      setText(readable(object));
    }, setFailure);
  }, [context, resource, namespace, name, round]);

  const reload = () => setRound(round + 1);
  const preview = () =>
    call('resource.replace', { context, yaml: text, dryRun: true }).then(
      (object) => setAfter(readable(object)),
      (error: unknown) => notifyError(errorOf(error)),
    );
  const apply = () =>
    call('resource.replace', { context, yaml: text }).then(
      () => {
        notify(`${name} changed`);
        reload();
      },
      (error: unknown) => notifyError(errorOf(error)),
    );

  if (failure) return <ErrorNotice error={errorOf(failure)} onRetry={reload} />;
  if (before === undefined) return <LoadingNotice title={`Loading ${name}`} />;
  const changed = text !== before;
  return (
    <div className="tab-body">
      <div className="tab-bar">
        <span className="muted truncate">
          {namespace ? `${namespace}/` : ''}
          {name}
          {after ? ' · what the server would make of it' : changed ? ' · changed' : ''}
        </span>
        <span className="spacer" />
        <Button size="small" look="quiet" onClick={reload}>
          Reload
        </Button>
        {after === undefined ? (
          <Button size="small" disabled={!changed} onClick={preview}>
            Review changes
          </Button>
        ) : (
          <Button size="small" onClick={() => setAfter(undefined)}>
            Back to editing
          </Button>
        )}
        <Button size="small" look="primary" disabled={!changed} onClick={apply}>
          Save
        </Button>
      </div>
      {after === undefined ? (
        <CodeView label={`YAML of ${name}`} text={text} onChange={setText} onSubmit={apply} />
      ) : (
        <MergeView before={before} after={after} />
      )}
    </div>
  );
}
