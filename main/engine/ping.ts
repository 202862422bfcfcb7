/** Who listens there, without the seconds that Podman takes to tell its version. */
import { IncomingMessage } from 'node:http';
import type Docker from 'dockerode';
import { type EngineKind, engineKind } from '../../agent/api/engine.ts';

export function pingEngine(api: Docker): Promise<EngineKind> {
  return new Promise((resolve, reject) => {
    const options = { path: '/_ping', method: 'GET', isStream: true, options: {}, statusCodes: { 200: true } };
    api.modem.dial(options, (error: unknown, answer: unknown) => {
      if (error) return reject(error);
      if (!(answer instanceof IncomingMessage)) return reject(new Error('the engine answered with no headers'));
      answer.resume();
      resolve(engineKind(answer.headers));
    });
  });
}
