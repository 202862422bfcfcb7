/** Edits one object: shows what the server would make of it before anything is changed. */

import { useEffect, useState } from 'react';
import type { AnyObject } from '../../agent/api/types.ts';
import type { CallError } from '../../main/contract/reply.ts';
import type { ResourceRef } from '../../main/contract/resources.ts';
import { call, errorOf } from '../data/desktop.ts';
import { notify } from '../data/notifications.ts';
import { toYaml } from '../data/object-yaml.ts';
import { type Presence, usePresence } from '../data/presence.ts';
import { Button } from '../ui/controls.tsx';
import { askToDiscard } from '../ui/discard-dialog.tsx';
import { ErrorNotice, ErrorText, LoadingNotice } from '../ui/notices.tsx';
import { CodeView } from './code-view.tsx';
import { MergeView } from './merge-view.tsx';
import { useUnsaved } from './use-unsaved.ts';

interface EditTabProps {
  /** Of the tab. */
  id: string;
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

export function EditTab({ id, context, resource, namespace, name }: EditTabProps) {
  const [before, setBefore] = useState<string>();
  const [uid, setUid] = useState<string>();
  const [text, setText] = useState('');
  const [after, setAfter] = useState<string>();
  const [failure, setFailure] = useState<unknown>();
  const [round, setRound] = useState(0);
  /** What the server said to the last attempt. */
  const [refusal, setRefusal] = useState<CallError>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the round asks for it again
  useEffect(() => {
    setFailure(undefined);
    setAfter(undefined);
    setRefusal(undefined);
    call('resource.get', { context, resource, name, namespace }).then((object) => {
      setBefore(readable(object));
      setText(readable(object));
      setUid(object.metadata.uid);
    }, setFailure);
  }, [context, resource, namespace, name, round]);
  const presence = usePresence({ context, resource, namespace, name }, uid);
  const isLost = presence === 'gone' || presence === 'replaced';

  const changed = before !== undefined && text !== before;
  useUnsaved(id, changed);
  const reload = () => setRound(round + 1);
  const askToReload = () => (changed ? askToDiscard(name, reload) : reload());
  const attempt = async (dryRun: boolean) => {
    setRefusal(undefined);
    try {
      const object = await call('resource.replace', { context, yaml: text, ...(dryRun ? { dryRun } : {}) });
      if (dryRun) return setAfter(readable(object));
      notify(`${name} changed`);
      reload();
    } catch (error) {
      setRefusal(errorOf(error));
    }
  };
  const preview = () => void attempt(true);
  const apply = () => {
    if (!isLost) void attempt(false);
  };

  if (failure) return <ErrorNotice error={errorOf(failure)} onRetry={reload} />;
  if (before === undefined) return <LoadingNotice title={`Loading ${name}`} />;
  return (
    <div className="tab-body">
      <div className="tab-bar">
        <span className="muted truncate">
          {namespace ? `${namespace}/` : ''}
          {name}
          {after ? ' · what the server would make of it' : changed ? ' · changed' : ''}
        </span>
        <span className="spacer" />
        <Button size="small" look="quiet" onClick={askToReload}>
          Reload
        </Button>
        {after === undefined ? (
          <Button size="small" disabled={!changed || isLost} onClick={preview}>
            Review changes
          </Button>
        ) : (
          <Button size="small" onClick={() => setAfter(undefined)}>
            Back to editing
          </Button>
        )}
        <Button size="small" look="primary" disabled={!changed || isLost} onClick={apply}>
          Save
        </Button>
      </div>
      {isLost ? <Loss name={name} presence={presence} onReload={askToReload} /> : null}
      {refusal && !isLost ? <Refusal error={refusal} onReload={askToReload} /> : null}
      {after === undefined ? (
        <CodeView label={`YAML of ${name}`} text={text} onChange={setText} onSubmit={apply} />
      ) : (
        <MergeView before={before} after={after} />
      )}
    </div>
  );
}

/** What was typed stays, so that it can be copied: the object that it was about does not exist any more. */
function Loss({ name, presence, onReload }: { name: string; presence: Presence; onReload(): void }) {
  const isReplaced = presence === 'replaced';
  return (
    <div className="banner bad" role="alert">
      <span>
        {isReplaced ? `${name} was deleted, and a new object has its name` : `${name} was deleted`}
        <span className="banner-hint">
          It can no longer be saved. What you typed stays here until you close the tab.
        </span>
      </span>
      {isReplaced ? (
        <Button size="small" onClick={onReload}>
          Load the new object
        </Button>
      ) : null}
    </div>
  );
}

/** What was typed stays; where someone else was faster, the newer version can be had. */
function Refusal({ error, onReload }: { error: CallError; onReload(): void }) {
  return (
    <div className="banner bad" role="alert">
      <ErrorText error={error} />
      {error.code === 'Conflict' ? (
        <Button size="small" onClick={onReload}>
          Load the newer version
        </Button>
      ) : null}
    </div>
  );
}
