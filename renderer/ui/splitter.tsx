/** A line to drag (or to move with the arrow keys) that sets the size of what it belongs to. */
import { type KeyboardEvent, type PointerEvent, useRef } from 'react';

interface SplitterProps {
  label: string;
  /** `horizontal`: on the left edge, sets a width; `vertical`: on the top edge, sets a height. */
  direction: 'horizontal' | 'vertical';
  size: number;
  onResize(size: number): void;
}

const step = 24;

export function Splitter({ label, direction, size, onResize }: SplitterProps) {
  const from = useRef<{ at: number; size: number }>(undefined);
  const position = (event: PointerEvent) => (direction === 'horizontal' ? event.clientX : event.clientY);

  const onKeyDown = (event: KeyboardEvent) => {
    const grow = direction === 'horizontal' ? 'ArrowLeft' : 'ArrowUp';
    const shrink = direction === 'horizontal' ? 'ArrowRight' : 'ArrowDown';
    if (event.key === grow) onResize(size + step);
    else if (event.key === shrink) onResize(size - step);
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be dragged
    <div
      className={`splitter ${direction}`}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={direction === 'horizontal' ? 'vertical' : 'horizontal'}
      aria-valuenow={size}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { at: position(event), size };
      }}
      onPointerMove={(event) => {
        if (from.current) onResize(from.current.size + from.current.at - position(event));
      }}
      onPointerUp={() => {
        from.current = undefined;
      }}
    />
  );
}
