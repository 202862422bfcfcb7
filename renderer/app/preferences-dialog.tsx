/** What the user prefers; every change holds at once. */
import { Monitor, Moon, Sun } from 'lucide-react';
import { preferences, savePreferences } from '../data/app-state.ts';
import { useStore } from '../data/store.ts';
import { Button, Input } from '../ui/controls.tsx';
import { Dialog } from '../ui/overlays.tsx';

const themes = [
  { theme: 'system', label: 'System', icon: Monitor },
  { theme: 'light', label: 'Light', icon: Sun },
  { theme: 'dark', label: 'Dark', icon: Moon },
] as const;

export function PreferencesDialog({ onClose }: { onClose(): void }) {
  const current = useStore(preferences);
  if (!current) return null;
  return (
    <Dialog title="Preferences" label="Preferences" onClose={onClose} foot={<Button onClick={onClose}>Done</Button>}>
      <div className="preference">
        <span>Appearance</span>
        <span className="segments" role="radiogroup" aria-label="Appearance">
          {themes.map(({ theme, label, icon: Icon }) => (
            // biome-ignore lint/a11y/useSemanticElements: a segmented control
            <button
              key={theme}
              type="button"
              role="radio"
              className="segment"
              aria-checked={current.theme === theme}
              onClick={() => savePreferences({ theme })}
            >
              <Icon size={14} /> {label}
            </button>
          ))}
        </span>
      </div>
      <label className="preference">
        <span>
          Start the default cluster when Skiff opens
          <span className="preference-note">Otherwise it waits for its button.</span>
        </span>
        <input
          type="checkbox"
          className="checkbox"
          checked={current.startOnOpen}
          onChange={() => savePreferences({ startOnOpen: !current.startOnOpen })}
        />
      </label>
      <label className="preference" htmlFor="default-cluster">
        <span>Default cluster</span>
        <Input
          id="default-cluster"
          defaultValue={current.defaultProfile}
          pattern="[a-z0-9]([a-z0-9\-]{0,30}[a-z0-9])?"
          onBlur={(event) => {
            if (event.target.value && event.target.validity.valid)
              savePreferences({ defaultProfile: event.target.value });
          }}
        />
      </label>
    </Dialog>
  );
}
