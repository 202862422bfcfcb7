/** Which namespaces the lists show: all, or any number of them. */
import { ChevronsUpDown, Plus, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import {
  forgetNamespace,
  namePattern,
  ownNamespace,
  rememberNamespaces,
  useKnownNamespaces,
} from '../data/namespaces.ts';
import { namespaceRef } from '../data/refs.ts';
import { useResources } from '../data/resources.ts';
import { navigate, type Route } from '../data/route.ts';
import { IconButton, SearchField } from '../ui/controls.tsx';
import { MenuButton } from '../ui/overlays.tsx';

const mostNamed = 2;

export function NamespaceSelector({ route }: { route: Route }) {
  const { context, namespaces: chosen } = route;
  const { items, loaded, error } = useResources(context, namespaceRef);
  const known = useKnownNamespaces(context);
  const isUnlisted = !loaded && error?.code === 'Forbidden';
  const there = isUnlisted ? known : items.map(({ metadata }) => metadata.name);
  const gone = loaded ? chosen.filter((name) => !there.includes(name)) : [];
  const all = isUnlisted ? 'My namespaces' : 'All namespaces';
  const text =
    chosen.length === 0 ? all : chosen.length <= mostNamed ? chosen.join(', ') : `${chosen.length} namespaces`;
  const choose = (next: readonly string[]) => navigate({ namespaces: next, filter: route.filter });
  // Also those of an address that was opened: only what is known of is listed.
  useEffect(() => {
    if (isUnlisted) rememberNamespaces(context, chosen);
  }, [isUnlisted, context, chosen]);
  const names = [...new Set([...there, ...gone, ...(loaded ? [] : chosen)])].sort();
  return (
    <MenuButton
      label={`Namespaces: ${text}`}
      className="button quiet switcher"
      role="dialog"
      width={260}
      panel={() => (
        <NamespaceList
          context={context}
          all={all}
          names={names}
          gone={gone}
          isUnlisted={isUnlisted}
          chosen={chosen}
          onChoose={choose}
        />
      )}
    >
      <span className="truncate">{text}</span>
      <ChevronsUpDown size={14} />
    </MenuButton>
  );
}

interface NamespaceListProps {
  context: string;
  /** What no choice is called. */
  all: string;
  names: readonly string[];
  /** Chosen, and deleted since: still listed, so that they can be left. */
  gone: readonly string[];
  /** The user may not list them: names can be typed, and are remembered. */
  isUnlisted: boolean;
  chosen: readonly string[];
  onChoose(names: readonly string[]): void;
}

const isName = (text: string): boolean => new RegExp(`^${namePattern}$`).test(text);

/** A press on a name shows only that one; its box adds or removes it. */
function NamespaceList({ context, all, names, gone, isUnlisted, chosen, onChoose }: NamespaceListProps) {
  const [filter, setFilter] = useState('');
  const toggle = (name: string) =>
    onChoose(chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]);
  const typed = filter.trim().toLowerCase();
  const isNew = isUnlisted && isName(typed) && !names.includes(typed);
  const show = (name: string) => {
    if (isUnlisted) rememberNamespaces(context, [name]);
    setFilter('');
    onChoose([name]);
  };
  const forget = (name: string) => {
    forgetNamespace(context, name);
    if (chosen.includes(name)) toggle(name);
  };
  const matching = names.filter((name) => name.includes(typed));
  const onKeyDown = ({ key }: KeyboardEvent) => {
    const [first] = isNew ? [typed] : matching;
    if (key === 'Enter' && typed && first) show(first);
  };
  return (
    <>
      <SearchField
        className="menu-search"
        aria-label={isUnlisted ? 'Find or name a namespace' : 'Find a namespace'}
        placeholder={isUnlisted ? 'Find or name a namespace' : 'Find a namespace'}
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {isUnlisted ? (
        <p className="menu-empty muted">You may not list namespaces here: name those that you know.</p>
      ) : null}
      <label className="menu-item">
        <input type="checkbox" className="checkbox" checked={chosen.length === 0} onChange={() => onChoose([])} />
        {all}
      </label>
      <div className="menu-line" />
      {isNew ? (
        <button type="button" className="menu-item" onClick={() => show(typed)}>
          <Plus size={14} /> <span className="truncate">Show “{typed}”</span>
        </button>
      ) : null}
      {matching.map((name) => (
        <div key={name} className="menu-item">
          <input
            type="checkbox"
            className="checkbox"
            aria-label={`Show ${name}`}
            checked={chosen.includes(name)}
            onChange={() => toggle(name)}
          />
          <button type="button" className="link-plain truncate" onClick={() => onChoose([name])}>
            {name}
          </button>
          {gone.includes(name) ? <span className="menu-note">not there</span> : null}
          {isUnlisted && name !== ownNamespace(context) ? (
            <IconButton label={`Forget ${name}`} size="small" className="menu-forget" onClick={() => forget(name)}>
              <X size={12} />
            </IconButton>
          ) : null}
        </div>
      ))}
    </>
  );
}
