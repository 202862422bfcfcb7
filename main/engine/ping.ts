/** What dockerode has no method for: which engine listens, and what Podman reports in its own API. */
import { IncomingMessage } from 'node:http';
import type Docker from 'dockerode';
import { type EngineKind, engineKind } from '../../agent/api/engine.ts';

function ask(api: Docker, path: string, isStream: boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { path, method: 'GET', isStream, options: {}, statusCodes: { 200: true } };
    api.modem.dial(options, (error: unknown, answer: unknown) => (error ? reject(error) : resolve(answer)));
  });
}

export async function pingEngine(api: Docker): Promise<EngineKind> {
  const answer = await ask(api, '/_ping', true);
  if (!(answer instanceof IncomingMessage)) throw new Error('the engine answered without headers');
  answer.resume();
  return engineKind(answer.headers);
}

/** The fields of `/libpod/info` that Skiff reads. */
export interface PodmanDetails {
  host?: { remoteSocket?: { path?: string }; cgroupControllers?: string[] | null; networkBackend?: string };
}

/** The address needs a version; 4 is the oldest that Podman 5 still answers. */
export async function podmanDetails(api: Docker): Promise<PodmanDetails> {
  const answer = await ask(api, '/v4.0.0/libpod/info', false);
  return typeof answer === 'object' && answer !== null ? answer : {};
}
