/** Serves the built window from a folder, with the security headers that isolate it. */
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, isAbsolute, join, normalize, sep } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
};

/** Inline styles are allowed, since the editor and the terminal size their lines with them. Inline scripts are not. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const securityHeaders: Record<string, string> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Undefined if the percent encoding is invalid. */
function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** The file behind a path; undefined if there is none. A path cannot leave the folder. */
export async function readAsset(root: string, path: string): Promise<{ body: Buffer; type: string } | undefined> {
  const decoded = decode(path);
  if (decoded === undefined || decoded.includes('\0')) return undefined;
  const relative = normalize(decoded).replace(/^[/\\]+/, '') || 'index.html';
  if (relative.split(sep).includes('..') || isAbsolute(relative)) return undefined;
  try {
    const body = await readFile(join(root, relative));
    return { body, type: types[extname(relative)] ?? 'application/octet-stream' };
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      (error.code === 'ENOENT' || error.code === 'EISDIR' || error.code === 'ENOTDIR')
    )
      return undefined;
    throw error;
  }
}

export async function sendAsset(root: string, path: string, response: ServerResponse): Promise<void> {
  const asset = await readAsset(root, path);
  const cache = path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store';
  if (!asset) {
    response.writeHead(404, { ...securityHeaders, 'content-type': 'text/plain' }).end('not found\n');
    return;
  }
  response.writeHead(200, { ...securityHeaders, 'content-type': asset.type, 'cache-control': cache }).end(asset.body);
}
