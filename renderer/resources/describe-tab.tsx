/**
 * An object as text, as `kubectl describe` prints it. Kinds without a description of their own are described by main.
 */

import { ClipboardCopy, Terminal } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import type { AnyObject, Event } from '../../agent/api/types.ts';
import { copyText } from '../data/copy-text.ts';
import { call, errorOf } from '../data/desktop.ts';
import { useNow } from '../data/now.ts';
import { eventRef } from '../data/refs.ts';
import { useLists, useResources } from '../data/resources.ts';
import { IconButton } from '../ui/controls.tsx';
import { ErrorNotice, LoadingNotice } from '../ui/notices.tsx';
import { kubectlCommand } from './clipboard.ts';
import { eventsOf } from './related.tsx';
import { type Description, type ResourceView, relatedLists } from './view.ts';

interface DescribeProps {
  context: string;
  view: ResourceView;
  object: AnyObject;
}

export function DescribeTab(props: DescribeProps) {
  const { describe } = props.view;
  return describe ? <OwnDescription {...props} describe={describe} /> : <GeneralDescription {...props} />;
}

function DescribeText({ context, view, object, text }: DescribeProps & { text: string }) {
  const command = kubectlCommand(context, 'describe', view, object);
  return (
    <div className="tab-body">
      <div className="tab-bar">
        <code className="muted truncate" title={command}>
          {command}
        </code>
        <span className="spacer" />
        <IconButton label="Copy the command" size="small" onClick={() => copyText(command, 'Command')}>
          <Terminal size={14} />
        </IconButton>
        <IconButton label="Copy the description" size="small" onClick={() => copyText(text, 'Description')}>
          <ClipboardCopy size={14} />
        </IconButton>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it */}
      <pre className="details-scroll describe" tabIndex={0}>
        {text}
      </pre>
    </div>
  );
}

const textEvery = 5_000;

function OwnDescription({ describe, ...props }: DescribeProps & { describe: Description }) {
  const { context, object } = props;
  const lists = useLists(context, describe.needs);
  const events = useResources<Event>(context, eventRef);
  const now = useNow(textEvery);
  const text = useMemo(() => {
    const related = relatedLists(describe.needs, lists);
    return describe.text(object, { related, events: eventsOf(events.items, object), now: Math.max(now, Date.now()) });
  }, [describe, object, lists, events.items, now]);
  // The object is worth describing also to those who may not see everything that belongs to it.
  const all = [events, ...lists].filter(({ error }) => error?.code !== 'Forbidden');
  const error = all.find((list) => list.error)?.error;
  if (!all.every(({ loaded }) => loaded))
    return error ? <ErrorNotice error={error} /> : <LoadingNotice title="Describing" />;
  return <DescribeText {...props} text={text} />;
}

function GeneralDescription(props: DescribeProps) {
  const { context, view, object } = props;
  const { namespace, name, resourceVersion } = object.metadata;
  const [text, setText] = useState<string>();
  const [failure, setFailure] = useState<unknown>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version of the object is described anew
  useEffect(() => {
    let isCurrent = true;
    call('resource.describe', { context, resource: view.ref, name, namespace, concealed: view.conceals }).then(
      (described) => isCurrent && setText(described),
      (error: unknown) => isCurrent && setFailure(error),
    );
    return () => {
      isCurrent = false;
    };
  }, [context, view, name, namespace, resourceVersion]);
  if (failure) return <ErrorNotice error={errorOf(failure)} />;
  if (text === undefined) return <LoadingNotice title="Describing" />;
  return <DescribeText {...props} text={text} />;
}
