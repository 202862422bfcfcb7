/**
 * A dialog that does one thing: it stays open, with what the server said, where that thing was refused; and it shows
 * the kubectl command that does the same.
 */

import { ClipboardCopy } from 'lucide-react';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import type { CallError } from '../../../main/contract/reply.ts';
import { copyText } from '../../data/copy-text.ts';
import { errorOf } from '../../data/desktop.ts';
import { Button, IconButton } from '../../ui/controls.tsx';
import { FormError } from '../../ui/notices.tsx';
import { Dialog } from '../../ui/overlays.tsx';

interface FormDialogProps {
  title: string;
  label: string;
  /** On the button. */
  verb: string;
  danger?: boolean;
  disabled?: boolean;
  wide?: boolean;
  /** As one would type it. */
  command?: string;
  /** Rejects with what is to be shown; the dialog closes where it resolves. */
  onSubmit(): Promise<unknown>;
  onClose(): void;
  children: ReactNode;
}

export function FormDialog({ title, label, verb, danger, disabled, wide, command, ...props }: FormDialogProps) {
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<CallError>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      await props.onSubmit();
      props.onClose();
    } catch (error) {
      setFailure(errorOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      wide={wide}
      title={title}
      label={label}
      onClose={props.onClose}
      foot={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button look={danger ? 'danger' : 'primary'} type="submit" form={id} disabled={disabled || busy}>
            {busy ? <span className="spinner" /> : null}
            {verb}
          </Button>
        </>
      }
    >
      <form id={id} className="form-stack" onSubmit={submit}>
        {failure ? <FormError error={failure} /> : null}
        {props.children}
      </form>
      {command ? <CommandLine command={command} /> : null}
    </Dialog>
  );
}

function CommandLine({ command }: { command: string }) {
  return (
    <div className="command-line">
      <code className="truncate" title={command}>
        {command}
      </code>
      <IconButton label="Copy the command" size="small" onClick={() => copyText(command, 'Command')}>
        <ClipboardCopy size={14} />
      </IconButton>
    </div>
  );
}

/** A label over its control; the control is what is inside. */
export function Field({ label, note, children }: { label: string; note?: ReactNode; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children
    <label className="form-field">
      <span className="field-label">{label}</span>
      {children}
      {note ? <span className="field-note">{note}</span> : null}
    </label>
  );
}
