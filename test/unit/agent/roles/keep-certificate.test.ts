/** A certificate of a node is asked for, kept in a file, and renewed in time. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { selfSigned } from '../../../../agent/certificates/self-signed.ts';
import { type Credential, readCredential, validityOf } from '../../../../agent/roles/credentials/certificate-file.ts';
import {
  type KeptCertificate,
  keepCertificate,
  obtainCertificate,
  renewalTime,
} from '../../../../agent/roles/credentials/keep-certificate.ts';
import { createFakeClock, type FakeClock } from '../../../fakes/clock.ts';
import { quietLog } from '../../../fakes/log.ts';

const day = 24 * 3600_000;
let folder: string;
let clock: FakeClock;
let stopping: AbortController;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-pki-'));
  clock = createFakeClock();
  stopping = new AbortController();
});
afterEach(() => {
  stopping.abort();
  rmSync(folder, { recursive: true, force: true });
});

/** Good for a year. */
async function issued(now = clock.now()): Promise<Credential> {
  const { certificate, key } = await selfSigned('worker', now);
  return { cert: certificate, key };
}

const kept = (ask: () => Promise<Credential>): KeptCertificate => ({
  title: 'kubelet-client',
  file: join(folder, 'pki', 'kubelet-client-current.pem'),
  ask,
  clock,
  log: quietLog,
  signal: stopping.signal,
  random: () => 0.5,
});

it('is renewed after 70 to 90 % of its time, as upstream’s kubelet does it', async () => {
  const credential = await issued();
  const { from, until } = validityOf(credential);
  expect([0, 0.5, 1].map((random) => (renewalTime(credential, random) - from) / (until - from))).toEqual(
    [0.7, 0.8, 0.9].map((part) => expect.closeTo(part, 10)),
  );
});

it('is replaced when it is due, before it ends, and the file has the new one', async () => {
  const applied: Credential[] = [];
  const keeping = kept(() => issued());
  const first = await obtainCertificate(keeping);
  void keepCertificate(keeping, first, (next) => void applied.push(next)).catch(() => {});
  await clock.advance(200 * day);
  expect(applied).toEqual([]);
  await clock.advance(100 * day);
  await expect.poll(() => applied.length).toBe(1);
  expect(await readCredential(keeping.file, clock.now())).toEqual({
    cert: `${applied[0]?.cert.trimEnd()}\n`,
    key: applied[0]?.key,
  });
  expect(validityOf(applied[0] ?? first).until).toBeGreaterThan(validityOf(first).until);
});

it('is asked for again until there is one, ever more slowly', async () => {
  const asked: number[] = [];
  const began = clock.now();
  const obtaining = obtainCertificate(
    kept(async () => {
      asked.push(clock.now() - began);
      if (asked.length < 5) throw new Error('the server cannot be reached');
      return issued();
    }),
  );
  await clock.advance(2_000);
  await obtaining;
  expect(asked).toEqual([0, 100, 300, 700, 1100]);
});

it('lies in a file that only its owner reads, and is not used once it has ended', async () => {
  const keeping = kept(() => issued());
  await obtainCertificate(keeping);
  expect(statSync(keeping.file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, 'pki'))).toEqual(['kubelet-client-current.pem']);
  expect(readFileSync(keeping.file, 'utf8')).toMatch(
    /^-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----/,
  );
  expect(await readCredential(keeping.file, clock.now() + 364 * day)).toBeDefined();
  expect(await readCredential(keeping.file, clock.now() + 366 * day)).toBeUndefined();
  writeFileSync(keeping.file, 'half of');
  expect(await readCredential(keeping.file, clock.now())).toBeUndefined();
  expect(await readCredential(join(folder, 'none'), clock.now())).toBeUndefined();
});
