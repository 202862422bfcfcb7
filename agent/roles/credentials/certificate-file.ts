/** A certificate and its key in one file, as upstream's kubelet keeps them. */
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unlessMissing } from '../../missing-file.ts';

/** PEM. */
export interface Credential {
  cert: string;
  key: string;
}

const keyMark = '-----BEGIN PRIVATE KEY-----';

/** When a certificate is good, in milliseconds since the epoch. */
export function validityOf({ cert }: Credential): { from: number; until: number } {
  const { validFrom, validTo } = new X509Certificate(cert);
  return { from: Date.parse(validFrom), until: Date.parse(validTo) };
}

/** Undefined where there is none, or none that is good at this time. */
export async function readCredential(path: string, now: number): Promise<Credential | undefined> {
  const text = (await unlessMissing(readFile(path, 'utf8'))) ?? '';
  const at = text.indexOf(keyMark);
  const credential = { cert: text.slice(0, Math.max(0, at)), key: text.slice(Math.max(0, at)) };
  return at > 0 && validityOf(credential).until > now ? credential : undefined;
}

/** Whole or not at all: a node that loses its key cannot come back without a new token. */
export async function writeCredential(path: string, { cert, key }: Credential): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.next`;
  await writeFile(next, `${cert.trimEnd()}\n${key}`, { mode: 0o600, flush: true });
  await rename(next, path);
}
