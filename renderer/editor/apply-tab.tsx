/** Applies manifests that were pasted, typed or dropped; says what became of each, and what the server warned of. */
import { CircleCheck, CircleX, FolderOpen, TriangleAlert } from 'lucide-react';
import { useRef, useState } from 'react';
import type { CallError } from '../../main/contract/reply.ts';
import type { DesktopCalls } from '../../main/contract.ts';
import { call, errorOf } from '../data/desktop.ts';
import { Badge, Button } from '../ui/controls.tsx';
import { ErrorText } from '../ui/notices.tsx';
import { CodeView } from './code-view.tsx';
import { readFiles } from './manifest-files.ts';
import { useUnsaved } from './use-unsaved.ts';

type Results = DesktopCalls['resource.apply']['output'];

interface ApplyTabProps {
  /** Of the tab. */
  id: string;
  context: string;
  namespace?: string;
  text: string;
}

export function ApplyTab({ id, context, namespace, text: initial }: ApplyTabProps) {
  const [text, setText] = useState(initial);
  const [results, setResults] = useState<{ list: Results; dryRun: boolean }>();
  const [failure, setFailure] = useState<CallError>();
  const [busy, setBusy] = useState(false);
  const [applied, setApplied] = useState(initial);
  useUnsaved(id, text !== applied && text.trim() !== '');
  const picker = useRef<HTMLInputElement>(null);

  const run = async (dryRun: boolean) => {
    setBusy(true);
    setFailure(undefined);
    setResults(undefined);
    try {
      const list = await call('resource.apply', { context, yaml: text, namespace, dryRun });
      setResults({ list, dryRun });
      if (!dryRun && list.every(({ result }) => result !== 'failed')) setApplied(text);
    } catch (error) {
      setFailure(errorOf(error));
    }
    setBusy(false);
  };

  return (
    <div className="tab-body">
      <div className="tab-bar">
        <span className="muted truncate">
          Into <strong>{context}</strong>
          {namespace ? ` · ${namespace} unless a manifest says otherwise` : ''}
        </span>
        <span className="spacer" />
        <input
          ref={picker}
          type="file"
          hidden
          multiple
          accept=".yaml,.yml,.json"
          onChange={async (event) => setText(await readFiles(event.target.files ?? []))}
        />
        <Button size="small" look="quiet" onClick={() => picker.current?.click()}>
          <FolderOpen size={14} /> Open files
        </Button>
        <Button size="small" disabled={busy || !text.trim()} onClick={() => run(true)}>
          Check
        </Button>
        <Button size="small" look="primary" disabled={busy || !text.trim()} onClick={() => run(false)}>
          Apply
        </Button>
      </div>
      {failure ? (
        <div className="banner bad" role="alert">
          <TriangleAlert size={14} />
          <ErrorText error={failure} />
        </div>
      ) : null}
      {results ? <ResultList {...results} /> : null}
      <CodeView label="Manifests to apply" text={text} onChange={setText} onSubmit={() => run(false)} />
    </div>
  );
}

/** What a check found is told as what would be. */
const inWords = (result: Results[number]['result'], dryRun: boolean): string =>
  dryRun && (result === 'created' || result === 'configured') ? `would be ${result}` : result;

const toneOf = { created: 'ok', configured: 'ok', unchanged: undefined, failed: 'bad' } as const;

function ResultList({ list, dryRun }: { list: Results; dryRun: boolean }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
    <ul className="results" aria-label="Results" tabIndex={0}>
      {list.map(({ kind, namespace, name, result, warnings, error }) => (
        <li key={`${kind} ${namespace} ${name}`}>
          {error ? <CircleX size={14} className="tone-bad" /> : <CircleCheck size={14} className="tone-ok" />}
          <span className="truncate">
            {kind} <strong>{name}</strong>
            {namespace ? <span className="muted"> in {namespace}</span> : null}
          </span>
          <Badge tone={toneOf[result]}>{inWords(result, dryRun)}</Badge>
          {error ? (
            <span className="result-error">
              <ErrorText error={error} />
            </span>
          ) : null}
          {warnings.map((warning) => (
            <span key={warning} className="tone-warn truncate" title={warning}>
              {warning}
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}
