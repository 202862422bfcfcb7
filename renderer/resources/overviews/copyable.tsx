/** A value that is often wanted elsewhere: hovering or focusing shows its button. */

import { Copy } from 'lucide-react';
import type { ReactNode } from 'react';
import { copyText } from '../../data/copy-text.ts';

export function Copyable({ text, what, children }: { text: string; what: string; children?: ReactNode }) {
  return (
    <span className="copyable">
      <span className="copyable-text">{children ?? text}</span>
      <button
        type="button"
        className="copy"
        aria-label={`Copy ${what}`}
        title="Copy"
        onClick={() => copyText(text, what)}
      >
        <Copy size={12} />
      </button>
    </span>
  );
}
