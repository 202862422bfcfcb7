/**
 * Keeps a certificate that the cluster has signed: asks for one where there is none, and for another before it ends.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/client-go/util/certificate/certificate_manager.go
 */
import { ApiError } from '../../api/errors.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { type Credential, validityOf, writeCredential } from './certificate-file.ts';

/** Between two attempts, in milliseconds. An API server that cannot be reached may be starting. */
const pauses = { first: 100, last: 32_000, unreachable: 400 };

export interface KeptCertificate {
  /** What the log calls it. */
  title: string;
  file: string;
  /** Asks for a new one. */
  ask(): Promise<Credential>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** From 0 to 1: nodes that joined together do not ask together. */
  random?(): number;
}

/** When to ask for the next one, in milliseconds since the epoch: after 70 to 90 % of its time. */
export function renewalTime(credential: Credential, random: number): number {
  const { from, until } = validityOf(credential);
  return from + (until - from) * (0.7 + 0.2 * random);
}

/** Asks until it gets one, and stores it. Rejects only when the signal aborts. */
export async function obtainCertificate({
  title,
  file,
  ask,
  clock,
  log,
  signal,
}: KeptCertificate): Promise<Credential> {
  for (let pause = pauses.first; ; pause = Math.min(pause * 2, pauses.last)) {
    try {
      const credential = await ask();
      await writeCredential(file, credential);
      log.info('Certificate issued', { title, until: new Date(validityOf(credential).until).toISOString() });
      return credential;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ApiError)) pause = Math.min(pause, pauses.unreachable);
      log.warn('No certificate yet, will retry', { title, error });
      await clock.sleep(pause, signal);
    }
  }
}

/** Calls `apply` with each new certificate, until the signal aborts. `first` is undefined where there is none yet. */
export async function keepCertificate(
  kept: KeptCertificate,
  first: Credential | undefined,
  apply: (credential: Credential) => void,
): Promise<never> {
  const { clock, signal, random = Math.random } = kept;
  for (let credential = first; ; apply(credential)) {
    if (credential) await clock.sleep(Math.max(0, renewalTime(credential, random()) - clock.now()), signal);
    credential = await obtainCertificate(kept);
  }
}
