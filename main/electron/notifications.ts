/** Notifies the user of a finished start or a failure while the window is not in front. */
import { Notification } from 'electron';
import type { Services } from '../calls/services.ts';
import type { BootProgress } from '../contract/clusters.ts';

/** Undefined if the progress is not worth an interruption. */
function notificationOf({ profile, operation, finished, failure, cancelled }: BootProgress) {
  if (!finished || cancelled) return undefined;
  if (failure) {
    const title = operation.startsWith('node ') ? `${profile}: ${operation} failed` : `${profile} did not ${operation}`;
    return { title, body: [failure.message, failure.hint].join('\n').trim() };
  }
  return operation === 'start'
    ? { title: `${profile} is running`, body: 'kubectl and the window can use it now.' }
    : undefined;
}

/** Keeps notifications on screen from being collected as garbage: a collected one no longer answers a click. */
const shown = new Set<Notification>();

export function notifyOfProgress({ clusters }: Services, isWindowInFront: () => boolean, open: () => void): () => void {
  return clusters.onProgress((progress) => {
    const content = notificationOf(progress);
    if (!content || isWindowInFront() || !Notification.isSupported()) return;
    const notification = new Notification(content);
    shown.add(notification);
    notification.on('click', () => open());
    notification.on('close', () => shown.delete(notification));
    notification.show();
  });
}
