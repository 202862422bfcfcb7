/** Parses the queries of exec, attach and portForward, as the API server and older clients write them. */
import type { CommandOptions } from './command.ts';
import { HttpError } from './http-error.ts';

const flag = (query: URLSearchParams, ...names: string[]): boolean =>
  names.some((name) => ['1', 'true'].includes(query.get(name) ?? ''));

/**
 * Source of the defaults:
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/cri-streaming/pkg/streaming/remotecommand/httpstream.go
 * (NewOptions)
 */
export function parseCommandOptions(query: URLSearchParams): CommandOptions {
  const tty = flag(query, 'tty');
  const stdin = flag(query, 'input', 'stdin');
  const stdout = flag(query, 'output', 'stdout');
  // A terminal has only one output.
  const stderr = flag(query, 'error', 'stderr') && !tty;
  if (!stdin && !stdout && !stderr) throw new HttpError(400, 'you must specify at least 1 of stdin, stdout, stderr');
  return { stdin, stdout, stderr, tty };
}

/** Throws `HttpError` 400 if the text is not a port number. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new HttpError(400, `unable to parse "${text}" as a port`);
  return port;
}
