/** Tells what a person would want to know while the window is not in front. */
import { Notification } from 'electron';
import type { Services } from '../calls/services.ts';
import type { BootProgress } from '../contract/clusters.ts';

/** Undefined where there is nothing worth an interruption. */
function notificationOf({ profile, operation, finished, failure, cancelled }: BootProgress) {
  if (!finished || cancelled) return undefined;
  if (failure)
    return { title: `${profile} did not ${operation}`, body: [failure.message, failure.hint].join('\n').trim() };
  return operation === 'start'
    ? { title: `${profile} is running`, body: 'kubectl and the window can use it now.' }
    : undefined;
}

/** Kept for as long as they are on screen: one that is collected as garbage no longer answers a click. */
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
