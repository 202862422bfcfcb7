/** Runs commands in containers. */
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { Clock } from '../../../clock.ts';
import type { Logger } from '../../../log.ts';
import {
  type CommandOptions,
  type CommandResult,
  CommandTimeout,
  type ContainerProcess,
  type ExecOptions,
} from '../runtime.ts';
import { hangUp, killFamily, readStage } from './end-command.ts';
import { ask } from './engine.ts';
import { destroyWith, sizing } from './processes.ts';
import { processOver } from './streams.ts';

/** What commands run with. */
export interface CommandParts {
  docker: Docker;
  clock: Clock;
  log: Logger;
}

interface Started {
  exec: Docker.Exec;
  connection: Duplex;
}

async function start(
  { docker }: CommandParts,
  id: string,
  options: ExecOptions,
  signal: AbortSignal,
): Promise<Started> {
  const created = docker.getContainer(id).exec({
    Cmd: options.command,
    AttachStdin: options.stdin,
    AttachStdout: true,
    AttachStderr: true,
    Tty: options.tty,
    abortSignal: signal,
  });
  const exec = (await ask(created)) as Docker.Exec;
  signal.throwIfAborted();
  // Do not pass the signal: the engine would start the command nevertheless, and nobody would end it.
  const connection = (await ask(exec.start({ hijack: true, stdin: true, Tty: options.tty }))) as Duplex;
  return { exec, connection };
}

/** How long to wait for a process that the engine is about to start, in milliseconds: each look, and looks in all. */
const lookDelay = 50;
const looks = 100;

/** The id of the command's process; undefined if it has ended. */
async function processOf(exec: Docker.Exec, clock: Clock): Promise<number | undefined> {
  for (let look = 0; look < looks; look += 1) {
    // The engine forgets the commands of a container that is gone.
    const found = await ask(exec.inspect(), 404, 409);
    if (!found || (!found.Running && found.ExitCode !== null)) return undefined;
    if (found.Running && found.Pid > 0) return found.Pid;
    await clock.sleep(lookDelay);
  }
  throw new Error('the container engine did not start the command');
}

/** Ends a command that may still run. */
async function end(exec: Docker.Exec, tty: boolean, clock: Clock): Promise<void> {
  const pid = await processOf(exec, clock);
  if (pid === undefined) return;
  if (tty) hangUp(pid);
  else await killFamily(pid);
}

/** The stream may end some milliseconds before the engine knows the exit code. */
async function exitCodeOf(exec: Docker.Exec, clock: Clock): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { Running, ExitCode } = await exec.inspect();
    if (!Running && ExitCode !== null) return ExitCode;
    await clock.sleep(Math.min(2 ** attempt, 50));
  }
  throw new Error('the container engine did not report the exit code of the command');
}

const processFor = ({ exec, connection }: Started, tty: boolean, clock: Clock): ContainerProcess =>
  processOver(connection, tty, {
    resize: sizing(clock, (columns, rows) => exec.resize({ w: columns, h: rows })),
    exitCode: () => exitCodeOf(exec, clock),
  });

/** Runs a command in a container. Rejects if it cannot start. Whatever cuts its connection ends the command. */
export async function execIn(
  parts: CommandParts,
  id: string,
  options: ExecOptions,
  signal: AbortSignal,
): Promise<ContainerProcess> {
  const started = await start(parts, id, options, signal);
  const { exec, connection } = started;
  let ended = false;
  connection.once('end', () => {
    ended = true;
  });
  connection.once('close', () => {
    if (ended) return;
    end(exec, options.tty, parts.clock).catch((error) =>
      parts.log.warn('Cannot end a command whose client is gone', { container: id, error }),
    );
  });
  destroyWith(signal, connection);
  return processFor(started, options.tty, parts.clock);
}

/** Upstream keeps 10 KiB of a command's output. */
const maxOutput = 10 * 1024;

/**
 * Resolves with true once the command has run for `timeout`, and with false if it has ended. What the engine needs
 * until the command itself runs does not count, and a late agent only gives it more time.
 */
async function hasOverrun(exec: Docker.Exec, timeout: number, clock: Clock, over: AbortSignal): Promise<boolean> {
  await clock.sleep(lookDelay, over);
  const pid = await processOf(exec, clock);
  if (pid === undefined) return false;
  while ((await readStage(pid)) === 'set up') await clock.sleep(lookDelay, over);
  await clock.sleep(timeout, over);
  return (await readStage(pid)) !== 'ended';
}

/** Runs a command to its end, as `Runtime.execSync` says. */
export async function execSync(
  parts: CommandParts,
  id: string,
  { command, timeout }: CommandOptions,
  signal: AbortSignal,
): Promise<CommandResult> {
  const started = await start(parts, id, { command, stdin: false, tty: false }, signal);
  const { stdout, stderr, exit, close } = processFor(started, false, parts.clock);
  let output = '';
  const read = (chunk: Buffer): void => {
    if (output.length < maxOutput) output = (output + chunk.toString('utf8')).slice(0, maxOutput);
  };
  stdout.on('data', read);
  stderr.on('data', read);
  const over = new AbortController();
  const finish = async (): Promise<{ exitCode: number }> => {
    if (timeout === undefined || !(await hasOverrun(started.exec, timeout, parts.clock, over.signal))) return exit;
    throw new CommandTimeout(command);
  };
  const aborted = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true, signal: over.signal });
  });
  try {
    const { exitCode } = await Promise.race([exit, finish(), aborted]);
    return { exitCode, output };
  } catch (error) {
    await end(started.exec, false, parts.clock);
    throw error;
  } finally {
    over.abort();
    close();
  }
}
