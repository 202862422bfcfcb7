/**
 * Serves the built window under Skiff's own scheme, so that it needs no `file:` privileges and a strict CSP applies.
 */
import { protocol } from 'electron';
import { readAsset, securityHeaders } from '../web/static-files.ts';
import { isOurs, scheme } from './bridge.ts';

/** Must run before the app is ready. */
export function registerScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true };
  protocol.registerSchemesAsPrivileged([{ scheme, privileges }]);
}

export function serveWindow(root: string): void {
  protocol.handle(scheme, async ({ url, method }) => {
    const asset = isOurs(url) && method === 'GET' ? await readAsset(root, new URL(url).pathname) : undefined;
    if (!asset) return new Response('not found', { status: 404, headers: securityHeaders });
    return new Response(new Uint8Array(asset.body), { headers: { ...securityHeaders, 'content-type': asset.type } });
  });
}
