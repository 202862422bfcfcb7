/** What fills a place where there is nothing to show: empty, loading, failed. */
import { CircleAlert, Lock, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import type { CallError } from '../../main/contract/reply.ts';
import { Button, Spinner } from './controls.tsx';
import { withCode } from './with-code.tsx';

interface NoticeProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}

export function Notice({ icon, title, children, actions }: NoticeProps) {
  return (
    <div className="notice">
      {icon}
      <div className="notice-title">{title}</div>
      {children ? <div className="notice-text">{children}</div> : null}
      {actions ? <div className="notice-actions">{actions}</div> : null}
    </div>
  );
}

export function LoadingNotice({ title }: { title: string }) {
  return (
    <div className="notice">
      <Spinner label={title} />
      <div>{title}</div>
    </div>
  );
}

export function ErrorNotice({ error, onRetry }: { error: CallError; onRetry?: () => void }) {
  if (error.code === 'Forbidden')
    return (
      <Notice icon={<Lock size={24} />} title="You may not see this">
        {error.message}
        {error.hint ? <span className="notice-hint">{error.hint}</span> : null}
      </Notice>
    );
  return (
    <Notice
      icon={<CircleAlert size={24} className="tone-bad" />}
      title={error.message}
      actions={
        onRetry ? (
          <Button onClick={onRetry}>
            <RotateCw size={14} /> Try again
          </Button>
        ) : null
      }
    >
      {error.hint ? withCode(error.hint) : null}
    </Notice>
  );
}

/** In a banner: what went wrong, and under it the next step. */
export function ErrorText({ error }: { error: CallError }) {
  return (
    <span>
      {withCode(error.message)}
      {error.hint ? <span className="banner-hint">{withCode(error.hint)}</span> : null}
    </span>
  );
}

/** Inside a dialog: what went wrong, beside what can be changed about it. */
export function FormError({ error }: { error: CallError }) {
  return (
    <div className="form-error" role="alert">
      <CircleAlert size={14} />
      <span>
        {withCode(error.message)}
        {error.hint ? <span className="form-error-hint">{withCode(error.hint)}</span> : null}
      </span>
    </div>
  );
}
