/** `?` shows every key that the window knows. */
import { useEffect } from 'react';
import { Button, Kbd } from '../ui/controls.tsx';
import { currentDialog, openDialog } from '../ui/dialogs.ts';
import { Dialog } from '../ui/overlays.tsx';

const command = /Mac/.test(navigator.platform) ? '⌘' : 'Ctrl';

interface Shortcut {
  keys: readonly string[];
  does: string;
}

const sheet: readonly { title: string; shortcuts: readonly Shortcut[] }[] = [
  {
    title: 'Everywhere',
    shortcuts: [
      { keys: [command, 'K'], does: 'Search, go anywhere, run a command' },
      { keys: ['F6'], does: 'Next part of the window' },
      { keys: ['?'], does: 'This sheet' },
      { keys: ['Esc'], does: 'Close what is on top' },
    ],
  },
  {
    title: 'Lists',
    shortcuts: [
      { keys: ['/'], does: 'Filter' },
      { keys: ['↑', '↓', 'j', 'k'], does: 'Move' },
      { keys: ['Home', 'End', 'PgUp', 'PgDn'], does: 'Move far' },
      { keys: ['Enter'], does: 'Open the details' },
      { keys: ['Space'], does: 'Select; with Shift, a range' },
      { keys: [command, 'A'], does: 'Select all' },
      { keys: ['M'], does: 'All actions' },
    ],
  },
  {
    title: 'On the object in front',
    shortcuts: [
      { keys: ['L'], does: 'Logs' },
      { keys: ['S'], does: 'Shell' },
      { keys: ['E'], does: 'Edit YAML' },
      { keys: ['C'], does: 'Copy as kubectl command' },
      { keys: ['Del'], does: 'Delete' },
    ],
  },
  {
    title: 'Editors',
    shortcuts: [
      { keys: [command, 'Enter'], does: 'Apply, save' },
      { keys: [command, 'F'], does: 'Find' },
    ],
  },
];

function ShortcutsDialog({ onClose }: { onClose(): void }) {
  return (
    <Dialog
      wide
      title="Keyboard shortcuts"
      label="Keyboard shortcuts"
      onClose={onClose}
      foot={<Button onClick={onClose}>Done</Button>}
    >
      <div className="shortcuts">
        {sheet.map(({ title, shortcuts }) => (
          <section key={title}>
            <h3>{title}</h3>
            {shortcuts.map(({ keys, does }) => (
              <div key={does} className="shortcut">
                {does}
                <span className="shortcut-keys">
                  {keys.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </span>
              </div>
            ))}
          </section>
        ))}
      </div>
    </Dialog>
  );
}

export const openShortcuts = (): void => openDialog((close) => <ShortcutsDialog onClose={close} />);

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable], .xterm') !== null;

export function useShortcutSheet(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '?' || isTyping(event.target) || currentDialog.get()) return;
      event.preventDefault();
      openShortcuts();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
