/** Above each list: what it is, the filter, and what can be done with all of it or with what is selected. */

import { Columns3, Copy, FileCode, Lock, Plus, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { AnyObject } from '../../agent/api/types.ts';
import type { Confinement } from '../data/confinement.ts';
import { copyText } from '../data/copy-text.ts';
import { openTab } from '../data/dock.ts';
import { manyToYaml } from '../data/object-yaml.ts';
import { formatCount } from '../data/quantity.ts';
import { SearchField } from '../ui/controls.tsx';
import { MenuButton, type MenuEntry, MenuList } from '../ui/overlays.tsx';
import { toCsv } from './clipboard.ts';
import { parseFilter } from './filter.ts';
import { openCreate, useCreatable } from './forms/create/create.tsx';
import { SelectionBar } from './selection-bar.tsx';
import type { TableSettings } from './table-settings.ts';
import type { Column, ResourceView, Scene } from './view.ts';

export interface ToolbarProps {
  view: ResourceView;
  scene: Scene;
  rows: readonly AnyObject[];
  total: number;
  loaded: boolean;
  /** The user may see some namespaces only. */
  confined?: Confinement | undefined;
  filter: string;
  onFilter(text: string): void;
  /** On screen. */
  columns: readonly Column[];
  allColumns: readonly Column[];
  settings: TableSettings;
  onSettings(settings: TableSettings): void;
  selected: readonly AnyObject[];
  onClear(): void;
}

export function Toolbar(props: ToolbarProps) {
  const { view, rows, total, loaded, selected } = props;
  if (selected.length > 0) return <SelectionBar {...props} />;
  const count = !loaded
    ? ''
    : rows.length === total
      ? formatCount(total)
      : `${formatCount(rows.length)} of ${formatCount(total)}`;
  return (
    <div className="toolbar">
      <h1 className="page-title">{view.title}</h1>
      <span className="count">{count}</span>
      {props.confined && loaded ? <ConfinedNote title={view.title} confined={props.confined} /> : null}
      <span className="spacer" />
      <FilterField {...props} />
      <CopyMenu {...props} />
      <ColumnMenu {...props} />
      <CreateMenu {...props} />
    </div>
  );
}

/** The list is true of these namespaces; what is in others is not known. */
function ConfinedNote({ title, confined: { namespaces, errors, refusal } }: { title: string; confined: Confinement }) {
  const seen = namespaces.filter((name) => !errors.has(name));
  const refused = namespaces.filter((name) => errors.has(name));
  const why = [
    `You may not list ${title} in all namespaces.`,
    refusal.message,
    ...(refused.length ? [`Not in ${refused.join(', ')} either.`] : []),
  ];
  return (
    <span className="badge confined" title={why.join('\n')}>
      <Lock size={11} aria-hidden />
      <span className="truncate">{seen.length > 2 ? `${seen.length} namespaces` : seen.join(', ')} only</span>
    </span>
  );
}

function CreateMenu({ view, scene: { context } }: ToolbarProps) {
  return (
    <MenuButton
      label="Create"
      className="button"
      align="end"
      panel={(close) => <CreateEntries view={view} context={context} onClose={close} />}
    >
      <Plus size={14} /> Create
    </MenuButton>
  );
}

/** The form of the kind on screen comes first. What the user may is asked when the menu opens. */
function CreateEntries({ view, context, onClose }: { view: ResourceView; context: string; onClose(): void }) {
  const creatable = useCreatable().toSorted((a, b) => Number(b.view === view) - Number(a.view === view));
  const apply: MenuEntry = {
    label: 'Apply YAML…',
    icon: <FileCode size={14} />,
    title: 'Or drop files on the window',
    onSelect: () => openTab({ type: 'apply', title: 'Apply YAML', context, text: '' }),
  };
  const entries = creatable.map((each, at): MenuEntry => {
    const { kind, icon: Icon } = each.view;
    return {
      label: `${kind}…`,
      icon: <Icon size={14} />,
      line: at === 0,
      ...(each.reason ? { reason: each.reason, note: <Lock size={12} aria-hidden /> } : {}),
      onSelect: () => openCreate(each, context),
    };
  });
  return <MenuList onClose={onClose} entries={[apply, ...entries]} />;
}

/** Words are filtered while they are typed; a finished label condition becomes a chip. */
function FilterField({ view, filter, onFilter }: ToolbarProps) {
  const { labels } = parseFilter(filter);
  const rest = filter
    .split(/\s+/)
    .filter((word) => !labels.includes(word))
    .join(' ');
  const [text, setText] = useState(rest);
  // What was typed is kept as it was typed; another address (a link, the way back) replaces it.
  const [shown, setShown] = useState(rest);
  if (shown !== rest) {
    setShown(rest);
    if (parseFilter(text).words.join(' ') !== rest.toLowerCase()) setText(rest);
  }
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, [contenteditable]');
      if (event.key !== '/' || typing) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener('keydown', focus);
    return () => window.removeEventListener('keydown', focus);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a list that changes all the time must not put it off
  useEffect(() => {
    const timer = setTimeout(() => {
      const next = [...labels, ...parseFilter(text).words].join(' ');
      const isHalfLabel = text.includes('=');
      if (!isHalfLabel && next !== filter.toLowerCase()) onFilter([...labels, text.trim()].filter(Boolean).join(' '));
    }, 120);
    return () => clearTimeout(timer);
  }, [text, filter]);

  const commit = () => {
    if (!text.includes('=')) return;
    onFilter([...labels, text.trim()].join(' '));
    setText('');
  };

  return (
    <span className="filter">
      {labels.map((label) => (
        <button
          key={label}
          type="button"
          className="chip active"
          title="Remove this condition"
          onClick={() => onFilter([...labels.filter((other) => other !== label), rest].filter(Boolean).join(' '))}
        >
          <span className="truncate">{label}</span> <X size={12} />
        </button>
      ))}
      <SearchField
        ref={field}
        aria-label={`Filter ${view.title}`}
        placeholder="Filter, or label=value"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === ' ') commit();
          if (event.key === 'Escape') setText('');
        }}
        onBlur={commit}
      />
    </span>
  );
}

function CopyMenu({ rows, columns, scene }: ToolbarProps) {
  return (
    <MenuButton
      label="Copy the list"
      className="button quiet icon"
      align="end"
      panel={(close) => (
        <MenuList
          onClose={close}
          entries={[
            { label: 'Copy as CSV', onSelect: () => copyText(toCsv(rows, columns, scene), 'CSV') },
            { label: 'Copy as YAML', onSelect: () => copyText(manyToYaml(rows), 'YAML') },
            {
              label: 'Copy names',
              onSelect: () => copyText(rows.map(({ metadata }) => metadata.name).join('\n'), 'Names'),
            },
          ]}
        />
      )}
    >
      <Copy size={14} />
    </MenuButton>
  );
}

function ColumnMenu({ allColumns, settings, onSettings }: ToolbarProps) {
  const toggle = (id: string) => {
    const columns = settings.columns.includes(id)
      ? settings.columns.filter((other) => other !== id)
      : allColumns.map((column) => column.id).filter((other) => other === id || settings.columns.includes(other));
    onSettings({ ...settings, columns });
  };
  return (
    <MenuButton
      label="Columns"
      className="button quiet icon"
      align="end"
      role="dialog"
      panel={() => (
        <>
          <div className="menu-heading">Columns</div>
          {allColumns.map(({ id, title, about }, at) => (
            <label key={id} className="menu-item" title={about}>
              <input
                type="checkbox"
                className="checkbox"
                disabled={at === 0}
                checked={settings.columns.includes(id)}
                onChange={() => toggle(id)}
              />
              {title}
            </label>
          ))}
        </>
      )}
    >
      <Columns3 size={14} />
    </MenuButton>
  );
}
