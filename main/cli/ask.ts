/** Asks the user at the terminal one question. */
import { createInterface } from 'node:readline';

/**
 * The line that the user entered. Undefined if the input ended before, even if part of a line was typed. Rejects if the
 * command is cancelled, e.g. with Ctrl-C.
 */
export function ask(question: string, signal: AbortSignal): Promise<string | undefined> {
  const { stdin: input, stderr: output } = process;
  const terminal = createInterface({ input, output });
  return new Promise((resolve, reject) => {
    let isEntered = false;
    const cancel = () => {
      reject(signal.reason);
      terminal.close();
    };
    signal.addEventListener('abort', cancel, { once: true });
    // While readline edits a line it receives Ctrl-C itself, and the system sends no signal.
    terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    terminal.once('close', () => {
      signal.removeEventListener('abort', cancel);
      // Without Enter the cursor is still on the question's line.
      if (!isEntered) output.write('\n');
      resolve(undefined);
    });
    terminal.question(question, (reply) => {
      // When the input ends, readline passes on a partial line as well: that is not an answer.
      isEntered = !input.readableEnded;
      resolve(isEntered ? reply : undefined);
      terminal.close();
    });
  });
}
