/**
 * Rules for every page in this app: it cannot navigate away, open windows or get permissions other than writing the
 * clipboard; web links open in the user's browser. https://www.electronjs.org/docs/latest/tutorial/security
 */
import { app, type Session, shell, type WebContents } from 'electron';
import { isOurs } from './bridge.ts';

export function guardAllPages(): void {
  app.on('web-contents-created', (_, contents) => keepToOurselves(contents));
}

const isWeb = (url: string): boolean => /^https?:\/\//i.test(url);

function keepToOurselves(contents: WebContents): void {
  const refuse = (event: { url: string; preventDefault(): void }) => {
    if (!isOurs(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', refuse);
  contents.on('will-redirect', refuse);
  contents.on('will-frame-navigate', refuse);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (isWeb(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
  refusePermissions(contents.session);
}

const granted = 'clipboard-sanitized-write';

function refusePermissions(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, decide) =>
    decide(permission === granted && isOurs(contents.getURL())),
  );
  session.setPermissionCheckHandler(
    (_, permission, origin) => permission === granted && isOurs(`${origin.replace(/\/$/, '')}/`),
  );
  session.setDevicePermissionHandler(() => false);
}
