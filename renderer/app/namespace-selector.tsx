/** Which namespaces the lists show: all, or any number of them. */
import { ChevronsUpDown } from 'lucide-react';
import { useState } from 'react';
import { namespaceRef } from '../data/refs.ts';
import { useResources } from '../data/resources.ts';
import { navigate, type Route } from '../data/route.ts';
import { SearchField } from '../ui/controls.tsx';
import { MenuButton } from '../ui/overlays.tsx';

export function NamespaceSelector({ route }: { route: Route }) {
  const { items, loaded } = useResources(route.context, namespaceRef);
  const chosen = route.namespaces;
  const there = items.map(({ metadata }) => metadata.name);
  const gone = loaded ? chosen.filter((name) => !there.includes(name)) : [];
  const text =
    chosen.length === 0 ? 'All namespaces' : chosen.length <= 2 ? chosen.join(', ') : `${chosen.length} namespaces`;
  const choose = (next: readonly string[]) => navigate({ namespaces: next, filter: route.filter });
  return (
    <MenuButton
      label={`Namespaces: ${text}`}
      className="button quiet switcher"
      role="dialog"
      width={260}
      panel={() => <NamespaceList names={[...there, ...gone].sort()} gone={gone} chosen={chosen} onChoose={choose} />}
    >
      <span className="truncate">{text}</span>
      <ChevronsUpDown size={14} />
    </MenuButton>
  );
}

interface NamespaceListProps {
  names: readonly string[];
  /** Chosen, and deleted since: still listed, so that they can be left. */
  gone: readonly string[];
  chosen: readonly string[];
  onChoose(names: readonly string[]): void;
}

/** A press on a name shows only that one; its box adds or removes it. */
function NamespaceList({ names, gone, chosen, onChoose }: NamespaceListProps) {
  const [filter, setFilter] = useState('');
  const toggle = (name: string) =>
    onChoose(chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]);
  return (
    <>
      <SearchField
        className="menu-search"
        aria-label="Find a namespace"
        placeholder="Find a namespace"
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
      />
      <label className="menu-item">
        <input type="checkbox" className="checkbox" checked={chosen.length === 0} onChange={() => onChoose([])} />
        All namespaces
      </label>
      <div className="menu-line" />
      {names
        .filter((name) => name.includes(filter.toLowerCase()))
        .map((name) => (
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
          </div>
        ))}
    </>
  );
}
