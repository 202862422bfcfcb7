import { ClipboardCopy, Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { useResources } from '../../data/resources.ts';
import { navigate, useRoute } from '../../data/route.ts';
import { Button, IconButton } from '../../ui/controls.tsx';
import { copyText } from '../clipboard.ts';
import { formatBytes } from '../quantity.ts';
import { Section } from './facts.tsx';

const decode = (encoded: string): string => {
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
};

interface DataOverviewProps {
  text: Record<string, string>;
  /** base64 */
  encoded: Record<string, string>;
  /** Shown only on request, one by one. */
  concealed?: boolean;
}

export function DataOverview({ text, encoded, concealed = false }: DataOverviewProps) {
  const entries = [
    ...Object.entries(text),
    ...Object.entries(encoded).map(([key, value]): [string, string] => [key, decode(value)]),
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

function DataEntry({ name, value, concealed }: { name: string; value: string; concealed: boolean }) {
  const [shown, setShown] = useState(!concealed);
  const size = formatBytes(new TextEncoder().encode(value).length);
  return (
    <div className="card">
      <div className="card-head">
        <strong className="mono truncate">{name}</strong>
        <span className="muted">{size}</span>
        <span className="spacer" />
        {concealed ? (
          <IconButton label={shown ? `Hide ${name}` : `Show ${name}`} size="small" onClick={() => setShown(!shown)}>
            {shown ? <EyeOff size={14} /> : <Eye size={14} />}
          </IconButton>
        ) : null}
        <IconButton label={`Copy ${name}`} size="small" onClick={() => copyText(value, name)}>
          <ClipboardCopy size={14} />
        </IconButton>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it */}
      <pre className="value" tabIndex={0}>
        {shown ? value : '••••••••••••'}
      </pre>
    </div>
  );
}

const counted = [
  { page: 'pods', title: 'Pods', resource: { group: '', version: 'v1', plural: 'pods' } },
  { page: 'deployments', title: 'Deployments', resource: { group: 'apps', version: 'v1', plural: 'deployments' } },
  { page: 'services', title: 'Services', resource: { group: '', version: 'v1', plural: 'services' } },
  { page: 'configmaps', title: 'ConfigMaps', resource: { group: '', version: 'v1', plural: 'configmaps' } },
];

export function NamespaceOverview({ name }: { name: string }) {
  return (
    <Section title="What is in it">
      <div className="tiles">
        {counted.map((entry) => (
          <CountTile key={entry.page} namespace={name} {...entry} />
        ))}
      </div>
    </Section>
  );
}

function CountTile({ namespace, page, title, resource }: (typeof counted)[number] & { namespace: string }) {
  const { context } = useRoute();
  const { items } = useResources(context, resource);
  const count = items.filter(({ metadata }) => metadata.namespace === namespace).length;
  return (
    <Button className="tile" onClick={() => navigate({ page, namespaces: [namespace] })}>
      <span className="tile-number">{count}</span>
      <span className="muted">{title}</span>
    </Button>
  );
}
