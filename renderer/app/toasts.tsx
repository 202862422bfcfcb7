import { CircleAlert, CircleCheck, TriangleAlert, X } from 'lucide-react';
import { dismissToast, notifications, toasts } from '../data/notifications.ts';
import { useStore } from '../data/store.ts';
import { IconButton } from '../ui/controls.tsx';
import { withCode } from '../ui/with-code.tsx';

const icons = { ok: CircleCheck, warn: TriangleAlert, bad: CircleAlert };

/** What has just happened. Spoken by screen readers as it appears. */
export function Toasts() {
  const ids = useStore(toasts);
  const shown = useStore(notifications).filter(({ id }) => ids.includes(id));
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, tone, title, hint }) => {
        const Icon = icons[tone];
        return (
          <div key={id} className="toast">
            <Icon size={16} className={`tone-${tone}`} />
            <div className="toast-text">
              {title}
              {hint ? <div className="toast-hint">{withCode(hint)}</div> : null}
            </div>
            <IconButton label="Dismiss" size="small" onClick={() => dismissToast(id)}>
              <X size={12} />
            </IconButton>
          </div>
        );
      })}
    </div>
  );
}
