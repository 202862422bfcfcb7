import type { CallError } from '../contract.ts';
import type { Holder } from '../lock-file.ts';

/** What goes wrong with a kubeconfig or a context, as data for the window and the command line. */
export class KubeconfigError extends Error implements CallError {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'KubeconfigError';
    this.code = code;
    this.hint = hint;
  }
}

const printIt = 'Nothing was written. `skiff kubeconfig` prints the entry, for use with `--kubeconfig`.';

export const unparsable = (file: string, reason: string) =>
  new KubeconfigError('KubeconfigUnparsable', `${file} is not a valid kubeconfig: ${reason}`, `Correct it. ${printIt}`);

export const readOnly = (file: string, cause?: unknown) =>
  new KubeconfigError('KubeconfigReadOnly', `${file} is read-only`, `Make it writable. ${printIt}`, cause);

export const locked = (file: string, holder?: Holder) =>
  new KubeconfigError(
    'KubeconfigLocked',
    `${file}.lock has been there for too long${holder ? ` (process ${holder.pid})` : ''}`,
    `Another program is writing the kubeconfig. If none is, remove that file: \`rm ${file}.lock\`.`,
  );

export const foreign = (name: string, file: string) =>
  new KubeconfigError(
    'ContextNotOurs',
    `${file} has an entry named ${name} that is not Skiff's`,
    'Rename or delete that entry, or choose another profile with --profile.',
  );

export const noContext = (name: string) =>
  new KubeconfigError(
    'ContextNotFound',
    `there is no context ${JSON.stringify(name)} in the kubeconfig`,
    '`skiff context` lists the contexts that are there.',
  );
