/** What a key means in a list. The sheet of shortcuts (`?`) tells people the same. */
export interface ListCommand {
  /** Is about the active row. */
  row?: boolean;
  /** Index of the row to go to. */
  to?: number;
  all?: boolean;
  clear?: boolean;
  open?: boolean;
  toggle?: boolean;
  menu?: boolean;
}

interface Place {
  active: number;
  /** Rows that are in sight together. */
  page: number;
  last: number;
}

interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}

/** Nothing: the key is not one of the list. A key of an action comes back as a command about the row, and no more. */
export function commandOf(
  { key, ctrlKey, metaKey, shiftKey }: Key,
  { active, page, last }: Place,
): ListCommand | undefined {
  const commands: Record<string, ListCommand> = {
    ArrowDown: { to: active + 1 },
    ArrowUp: { to: active - 1 },
    j: { to: active + 1 },
    k: { to: active - 1 },
    PageDown: { to: active + page },
    PageUp: { to: active - page },
    Home: { to: 0 },
    End: { to: last },
    Escape: { clear: true },
    Enter: { row: true, open: true },
    ' ': { row: true, toggle: true },
    ContextMenu: { row: true, menu: true },
    m: { row: true, menu: true },
  };
  if (ctrlKey || metaKey) return key.toLowerCase() === 'a' ? { all: true } : undefined;
  if (shiftKey && key === 'F10') return { row: true, menu: true };
  return commands[key] ?? { row: true };
}
