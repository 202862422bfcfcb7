import { notify, notifyError } from './notifications.ts';

/** Puts the text on the clipboard and says so; `what` names it in the notification. */
export function copyText(text: string, what: string): void {
  navigator.clipboard.writeText(text).then(
    () => notify(`${what} copied`),
    () =>
      notifyError({
        code: 'Clipboard',
        message: 'The clipboard refused the text',
        hint: 'Allow access and try again.',
      }),
  );
}
