/** What dockerode has no method for: who listens there, and what Podman tells in an API of its own. */
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

/** The parts of `/libpod/info` that count. */
export interface PodmanDetails {
  host?: { remoteSocket?: { path?: string }; cgroupControllers?: string[] | null; networkBackend?: string };
}

/** It has an address with a version only; 4 is the least that Podman 5 still answers to. */
export async function podmanDetails(api: Docker): Promise<PodmanDetails> {
  const answer = await ask(api, '/v4.0.0/libpod/info', false);
  return typeof answer === 'object' && answer !== null ? answer : {};
}
