import { messageOf } from '../../agent/api/errors.ts';
import type { CallError } from '../contract/reply.ts';
import type { Holder } from '../lock-file.ts';
import { quoted } from '../quoted.ts';

/** Errors of a kubeconfig or a context, as data for the window and the command line. */
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

const elsewhere = "keep Skiff's entries in a file of their own: `KUBECONFIG=FILE skiff start`. Nothing was written.";

export const unparsable = (file: string, reason: string) =>
  new KubeconfigError(
    'KubeconfigUnparsable',
    `${file} is not a valid kubeconfig: ${reason.replace(/:$/, '')}`,
    `Correct it, or ${elsewhere}`,
  );

export const unreadable = (file: string, cause: unknown) =>
  new KubeconfigError(
    'KubeconfigUnreadable',
    `${file} cannot be read: ${messageOf(cause)}`,
    `Check what it is (\`ls -ld ${quoted(file)}\`), or ${elsewhere}`,
    cause,
  );

export const readOnly = (file: string, cause?: unknown) =>
  new KubeconfigError(
    'KubeconfigReadOnly',
    `${file} or its folder is read-only`,
    `Make both writable, or ${elsewhere}`,
    cause,
  );

export const noSpace = (file: string, cause: unknown) =>
  new KubeconfigError(
    'KubeconfigNoSpace',
    `${file} cannot be written: the disk is full`,
    `Free some space, or ${elsewhere}`,
    cause,
  );

export const notAFile = (file: string) =>
  new KubeconfigError(
    'KubeconfigNotAFile',
    `${file} is not a regular file`,
    `Put a regular file there, or ${elsewhere}`,
  );

export const mounted = (file: string, cause: unknown) =>
  new KubeconfigError(
    'KubeconfigMounted',
    `${file} is a mount point, which Skiff cannot replace`,
    `Mount its folder instead, or ${elsewhere}`,
    cause,
  );

export const locked = (file: string, holder?: Holder) =>
  new KubeconfigError(
    'KubeconfigLocked',
    `${file}.lock is held for too long${holder ? ` (process ${holder.pid})` : ''}`,
    `Another program is writing the kubeconfig. If none is, remove that file: \`rm ${quoted(`${file}.lock`)}\`.`,
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
    '`skiff context` lists the contexts of the kubeconfig.',
  );
