import { ClipboardCopy, Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { copyText } from '../../data/copy-text.ts';
import { formatBytes } from '../../data/quantity.ts';
import { configMapRef, deploymentRef, podRef, serviceRef } from '../../data/refs.ts';
import { useResources } from '../../data/resources.ts';
import { navigate, useRoute } from '../../data/route.ts';
import { Button, IconButton } from '../../ui/controls.tsx';
import { ofBase64, ofText, type Value } from './data-value.ts';
import { Section } from './facts.tsx';

interface DataOverviewProps {
  text: Record<string, string>;
  /** base64 */
  encoded: Record<string, string>;
  /** Shown only on request, one by one. */
  concealed?: boolean;
}

export function DataOverview({ text, encoded, concealed = false }: DataOverviewProps) {
  const entries = [
    ...Object.entries(text).map(([key, value]): [string, Value] => [key, ofText(value)]),
    ...Object.entries(encoded).map(([key, value]): [string, Value] => [key, ofBase64(value)]),
  ].sort(([a], [b]) => a.localeCompare(b));
  return (
    <Section title="Data" note={entries.length}>
      {entries.length === 0 ? <p className="muted">No data</p> : null}
      {entries.map(([key, value]) => (
        <DataEntry key={key} name={key} value={value} concealed={concealed} />
      ))}
    </Section>
  );
}

function DataEntry({ name, value, concealed }: { name: string; value: Value; concealed: boolean }) {
  const [shown, setShown] = useState(!concealed);
  const { bytes, text, base64 = '' } = value;
  return (
    <div className="card">
      <div className="card-head">
        <strong className="mono truncate">{name}</strong>
        <span className="muted">{formatBytes(bytes)}</span>
        <span className="spacer" />
        {concealed && text ? (
          <IconButton label={shown ? `Hide ${name}` : `Show ${name}`} size="small" onClick={() => setShown(!shown)}>
            {shown ? <EyeOff size={14} /> : <Eye size={14} />}
          </IconButton>
        ) : null}
        <IconButton
          label={text === undefined ? `Copy ${name} as base64` : `Copy ${name}`}
          size="small"
          onClick={() => copyText(text ?? base64, name)}
        >
          <ClipboardCopy size={14} />
        </IconButton>
      </div>
      {text === undefined ? (
        <p className="muted">Binary: no text to show.</p>
      ) : bytes === 0 ? (
        <p className="muted">Empty.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
        <pre className="value" tabIndex={0}>
          {shown ? text : '••••••••••••'}
        </pre>
      )}
    </div>
  );
}

const counted = [
  { title: 'Pods', resource: podRef },
  { title: 'Deployments', resource: deploymentRef },
  { title: 'Services', resource: serviceRef },
  { title: 'ConfigMaps', resource: configMapRef },
];

export function NamespaceOverview({ name }: { name: string }) {
  return (
    <Section title="What is in it">
      <div className="tiles">
        {counted.map((entry) => (
          <CountTile key={entry.title} namespace={name} {...entry} />
        ))}
      </div>
    </Section>
  );
}

function CountTile({ namespace, title, resource }: (typeof counted)[number] & { namespace: string }) {
  const { context } = useRoute();
  const { items } = useResources(context, resource);
  const count = items.filter(({ metadata }) => metadata.namespace === namespace).length;
  return (
    <Button className="tile" onClick={() => navigate({ page: resource, namespaces: [namespace] })}>
      <span className="tile-number">{count}</span>
      <span className="muted">{title}</span>
    </Button>
  );
}
