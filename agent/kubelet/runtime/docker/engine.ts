/** The few calls to the engine that dockerode's own methods do not cover. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import Docker from 'dockerode';
import { dependentsIn, type EngineKind, engineKind, statusOf } from '../../../api/engine.ts';

export interface EngineError extends Error {
  statusCode?: number;
  json?: { message?: string };
}

/** The prefix that dockerode adds to the engine's message, e.g. `(HTTP code 409) conflict - `. */
const dockerodePrefix = /^\(HTTP code \d+\) [^-]* - /;

/** The engine's own message. For a refused stream dockerode does not parse the JSON. */
export function engineMessage(error: unknown): string {
  const { json, message } = error as EngineError;
  return (typeof json?.message === 'string' ? json.message : message.replace(dockerodePrefix, '')).trim();
}

/** True for Podman's error about a container that asks for an init. */
export const lacksInit = (error: unknown): boolean => /container-init binary not found/.test(engineMessage(error));

/** A failed call of the runtime, with the engine's message. Upstream wraps its runtime's message in the same way. */
export class RuntimeError extends Error {
  readonly statusCode: number | undefined;
  constructor(error: unknown) {
    super(engineMessage(error), { cause: error });
    this.name = 'RuntimeError';
    this.statusCode = statusOf(error);
  }
}

/** Translates failures. `ignored` status codes resolve to undefined, e.g. 404 for an object that is already gone. */
export function ask<T>(call: Promise<T>): Promise<T>;
export function ask<T>(call: Promise<T>, ...ignored: number[]): Promise<T | undefined>;
export async function ask<T>(call: Promise<T>, ...ignored: number[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    const status = statusOf(error);
    if (status !== undefined && ignored.includes(status)) return undefined;
    if (error instanceof Error && error.name === 'AbortError') throw error;
    throw new RuntimeError(error);
  }
}

/**
 * Kills and removes a container; a container that is gone, or going, is not a failure. If Podman names a dependent
 * container, that one is removed first.
 */
export async function removeContainer(docker: Docker, id: string, signal: AbortSignal): Promise<void> {
  const remove = () => ask(docker.getContainer(id).remove({ force: true, v: true, abortSignal: signal }), 404, 409);
  try {
    await remove();
  } catch (error) {
    const dependents = dependentsIn(error instanceof RuntimeError ? error.cause : error);
    if (dependents.length === 0) throw error;
    await Promise.all(dependents.map((dependent) => removeContainer(docker, dependent, signal)));
    await remove();
  }
}

/** Connects to `unix:///var/run/docker.sock`, a plain path, or `tcp://host:port`. */
export function connectEngine(socket: string): Docker {
  const tcp = /^(?:tcp|http):\/\/([^:/]+):(\d+)/.exec(socket);
  if (tcp) return new Docker({ host: `http://${tcp[1]}`, port: Number(tcp[2]) });
  return new Docker({ socketPath: socket.replace(/^unix:\/\//, '') });
}

/** Opens a streamed response; dockerode's own methods would first read it whole. */
export function openStream(
  docker: Docker,
  path: string,
  query: Record<string, unknown>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      {
        path: `${path}?`,
        method: 'GET',
        isStream: true,
        abortSignal: signal,
        options: query,
        statusCodes: { 200: true, 101: true, 404: 'no such container', 409: 'conflict', 500: 'server error' },
      },
      (error: unknown, stream: unknown) =>
        error ? reject(new RuntimeError(error)) : resolve(stream as IncomingMessage),
    );
  });
}

/** Attaches to a container. dockerode's own method sends its options as a body, which Podman takes for typed input. */
export function openConnection(docker: Docker, path: string, query: object, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      {
        path: `${path}?`,
        method: 'POST',
        isStream: true,
        hijack: true,
        abortSignal: signal,
        options: query,
        file: Buffer.alloc(0),
        statusCodes: { 200: true, 101: true, 404: 'no such container', 409: 'conflict', 500: 'server error' },
      },
      (error: unknown, stream: unknown) => (error ? reject(new RuntimeError(error)) : resolve(stream as Duplex)),
    );
  });
}

/** Tells which engine answers. Podman's version call would take seconds. */
export async function pingEngine(docker: Docker, signal: AbortSignal): Promise<EngineKind> {
  const answer = await openStream(docker, '/_ping', {}, signal);
  answer.resume();
  return engineKind(answer.headers);
}

/** Parses newline-delimited JSON. */
export async function* jsonLines(stream: AsyncIterable<Buffer | string>): AsyncIterable<unknown> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim()) yield JSON.parse(line);
  }
}
