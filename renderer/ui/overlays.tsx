/** What lies over the window: menus, popovers and dialogs. Escape closes, focus returns to where it was. */
import { X } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { createPortal } from 'react-dom';
import { IconButton } from './controls.tsx';

export interface Anchor {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

interface PopoverProps {
  anchor: Anchor;
  align?: 'start' | 'end';
  label: string;
  role?: 'menu' | 'dialog' | 'listbox';
  onClose(): void;
  children: ReactNode;
  width?: number;
}

const edge = 8;

/** Placed below its anchor, or above where there is no room. */
export function Popover({ anchor, align = 'start', label, role = 'menu', onClose, children, width }: PopoverProps) {
  const panel = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: -9999, top: 0 });

  useLayoutEffect(() => {
    const box = panel.current?.getBoundingClientRect();
    if (!box) return;
    const wanted = align === 'start' ? anchor.left : anchor.right - box.width;
    const left = Math.max(edge, Math.min(wanted, window.innerWidth - box.width - edge));
    const below = anchor.bottom + 4;
    const fits = below + box.height <= window.innerHeight - edge;
    setPlace({ left, top: fits ? below : Math.max(edge, anchor.top - box.height - 4) });
  }, [anchor, align]);

  useEffect(() => {
    const before = document.activeElement;
    const first = panel.current?.querySelector<HTMLElement>('[autofocus], input, button:not(:disabled)');
    // Where there is nothing to press, Escape must still reach it.
    (first ?? panel.current)?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  useEscapeFromOutside(panel, onClose);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    }
    // Tab stays inside as well: what is under it cannot be pressed.
    const isBack = event.key === 'ArrowUp' || (event.key === 'Tab' && event.shiftKey);
    if (isBack || event.key === 'ArrowDown' || event.key === 'Tab') {
      event.preventDefault();
      moveFocus(panel.current, isBack ? -1 : 1);
    }
  };

  return createPortal(
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a press beside the popover closes it; Escape does so too */}
      <div
        style={{ position: 'fixed', inset: 0, zIndex: 49 }}
        onMouseDown={onClose}
        onContextMenu={(event) => {
          event.preventDefault();
          onClose();
        }}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the role is given by who opens it */}
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: every role that is given takes a label */}
      <div
        ref={panel}
        className="popover"
        role={role}
        aria-label={label}
        tabIndex={-1}
        style={{ ...place, width }}
        onKeyDown={onKeyDown}
      >
        {children}
      </div>
    </>,
    document.body,
  );
}

/** What had the focus may be gone from the panel by what it did: Escape closes it all the same. */
function useEscapeFromOutside(panel: RefObject<HTMLElement | null>, onClose: () => void): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'Escape' || panel.current?.contains(event.target as Element)) return;
      event.stopPropagation();
      event.preventDefault();
      onClose();
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [panel, onClose]);
}

function moveFocus(panel: HTMLElement | null, by: number): void {
  const items = [...(panel?.querySelectorAll<HTMLElement>('button:not(:disabled), input') ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + by + items.length) % items.length]?.focus();
}

export interface MenuEntry {
  label: string;
  icon?: ReactNode;
  note?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  /** Why it cannot be chosen: such an entry can be reached, so that the reason can be read. */
  reason?: string;
  /** What it does. */
  title?: string;
  /** A line above. */
  line?: boolean;
  onSelect(): void;
}

export function MenuList({ entries, onClose }: { entries: MenuEntry[]; onClose(): void }) {
  return entries.map((entry) => (
    <div key={entry.label} role="none">
      {entry.line ? <div className="menu-line" /> : null}
      <button
        type="button"
        role="menuitem"
        className={`menu-item ${entry.danger ? 'danger' : ''}`}
        disabled={entry.disabled}
        aria-disabled={entry.reason ? true : undefined}
        title={entry.title}
        onClick={() => {
          if (entry.reason) return;
          onClose();
          entry.onSelect();
        }}
      >
        {entry.icon}
        <span className="truncate">
          {entry.label}
          {entry.reason ? <span className="menu-reason">{entry.reason}</span> : null}
        </span>
        {entry.note ? <span className="menu-note">{entry.note}</span> : null}
      </button>
    </div>
  ));
}

interface MenuButtonProps {
  label: string;
  /** Shown in the button. */
  children: ReactNode;
  className?: string;
  align?: 'start' | 'end';
  role?: PopoverProps['role'];
  width?: number;
  title?: string;
  panel(close: () => void): ReactNode;
}

/** A button that opens a popover under itself. */
export function MenuButton({
  label,
  children,
  className = 'button quiet',
  align,
  role,
  width,
  title,
  panel,
}: MenuButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [anchor, setAnchor] = useState<Anchor>();
  const close = () => setAnchor(undefined);
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        title={title ?? label}
        aria-haspopup={role === 'listbox' ? 'listbox' : role === 'dialog' ? 'dialog' : 'menu'}
        aria-expanded={anchor !== undefined}
        onClick={() => setAnchor(anchor ? undefined : button.current?.getBoundingClientRect())}
      >
        {children}
      </button>
      {anchor ? (
        <Popover anchor={anchor} align={align} label={label} role={role} width={width} onClose={close}>
          {panel(close)}
        </Popover>
      ) : null}
    </>
  );
}

const wantedFirst =
  '.dialog-body :is(input, select, textarea):not(:disabled), .dialog:not(:has(.dialog-body input)) .dialog-foot .button:last-child';

interface DialogProps {
  title: ReactNode;
  label: string;
  wide?: boolean;
  onClose(): void;
  children: ReactNode;
  foot?: ReactNode;
}

export function Dialog({ title, label, wide, onClose, children, foot }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
    // A modal dialog gives the focus to its close button unless it is told what one wants to be at.
    element.current?.querySelector<HTMLElement>(wantedFirst)?.focus();
  }, []);
  return createPortal(
    <dialog
      ref={element}
      className={`dialog ${wide ? 'wide' : ''}`}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div className="dialog-head">
        <span className="truncate spacer">{title}</span>
        <IconButton label="Close" size="small" onClick={onClose}>
          <X size={14} />
        </IconButton>
      </div>
      <div className="dialog-body">{children}</div>
      {foot ? <div className="dialog-foot">{foot}</div> : null}
    </dialog>,
    document.body,
  );
}
