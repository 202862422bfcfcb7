/** Small controls: everything that is pressed, typed into or glanced at. */
import { Search } from 'lucide-react';
import type { ButtonHTMLAttributes, InputHTMLAttributes, ReactNode, Ref } from 'react';

export type Tone = 'ok' | 'warn' | 'bad' | 'busy' | 'idle';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: 'default' | 'primary' | 'danger' | 'quiet';
  size?: 'small' | 'default' | 'large';
  /** Why it cannot be pressed now: it is shown as disabled, and can still be reached to read this. */
  reason?: string | undefined;
  ref?: Ref<HTMLButtonElement>;
};

export function Button({ look = 'default', size = 'default', className = '', reason, ...props }: ButtonProps) {
  const barred = reason ? { 'aria-disabled': true, 'aria-description': reason, title: reason, onClick: undefined } : {};
  return <button type="button" {...props} {...barred} className={`button ${look} ${size} ${className}`} />;
}

/** The label is what a screen reader says and what hovering shows. */
export function IconButton({ label, className = '', look = 'quiet', ...props }: ButtonProps & { label: string }) {
  return (
    <Button look={look} {...props} className={`icon ${className}`} aria-label={label} title={props.title ?? label} />
  );
}

type InputProps = InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

export function Input({ className = '', ...props }: InputProps) {
  return <input spellCheck={false} autoComplete="off" {...props} className={`input ${className}`} />;
}

export function SearchField({ className = '', ...props }: InputProps) {
  return (
    <span className={`search-field ${className}`}>
      <Search size={14} aria-hidden />
      <Input type="text" {...props} />
    </span>
  );
}

export function Dot({ tone }: { tone: Tone }) {
  return <span className={`dot ${tone}`} aria-hidden />;
}

export function StatusPill({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className="pill">
      <Dot tone={tone} />
      <span className={`truncate ${tone === 'ok' || tone === 'busy' ? '' : `tone-${tone}`}`}>{children}</span>
    </span>
  );
}

export function Badge({ tone, children, title }: { tone?: Tone | 'info'; children: ReactNode; title?: string }) {
  return (
    <span className={`badge ${tone ?? ''}`} title={title}>
      {children}
    </span>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="kbd">{children}</kbd>;
}

export function Spinner({ label = 'Loading' }: { label?: string }) {
  return <span className="spinner" role="status" aria-label={label} />;
}

/** `share` is between 0 and 1; beyond `warnAt` and `badAt` the bar changes its colour. */
export function Meter({
  share,
  label,
  warnAt = 0.8,
  badAt = 0.95,
}: {
  share: number;
  label: string;
  warnAt?: number;
  badAt?: number;
}) {
  const tone = share >= badAt ? 'bad' : share >= warnAt ? 'warn' : '';
  const width = `${Math.min(100, Math.max(share > 0 ? 2 : 0, share * 100))}%`;
  return (
    <span className="meter" title={label}>
      <span className="meter-track">
        <span className={`meter-fill ${tone}`} style={{ width }} />
      </span>
      <span className="truncate">{label}</span>
    </span>
  );
}
