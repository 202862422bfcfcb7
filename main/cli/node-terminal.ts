/** Connects this terminal to a shell in a node. */
import type { TerminalEvents, TerminalSession, TerminalSize } from '../terminal/session.ts';
import { CommandError } from './failure.ts';

/** Resolves with the exit code of the shell. */
export async function runInTerminal(
  open: (size: TerminalSize, events: TerminalEvents) => Promise<TerminalSession>,
): Promise<number> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    throw new CommandError(
      'NoTerminal',
      'a shell needs a terminal, and this is none',
      'To run one command instead: `docker exec NODE COMMAND`.',
    );
  }
  const size = (): TerminalSize => ({ columns: stdout.columns, rows: stdout.rows });
  const ended = Promise.withResolvers<number>();
  const session = await open(size(), {
    onOutput: (data) => void stdout.write(data),
    onExit: ({ exitCode = 0, error }) => (error ? ended.reject(error) : ended.resolve(exitCode)),
  });
  const resized = () => session.resize(size().columns, size().rows);
  // Every key goes to the shell, Ctrl-C included.
  stdin.setRawMode(true);
  stdin.setEncoding('utf8').on('data', session.write);
  stdout.on('resize', resized);
  try {
    return await ended.promise;
  } finally {
    stdin.off('data', session.write);
    stdin.setRawMode(false);
    stdin.pause();
    stdout.off('resize', resized);
  }
}
