/** One question to the person at the terminal. */
import { createInterface } from 'node:readline';

/**
 * The line that was entered; undefined where the input ended before, whatever had been typed until then. Rejects where the
 * command is cancelled: with Ctrl-C, among others.
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
    // While a line is edited the terminal hands on the key, and the system sends no signal for it.
    terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    terminal.once('close', () => {
      signal.removeEventListener('abort', cancel);
      // What was not entered is a line of its own on the screen all the same.
      if (!isEntered) output.write('\n');
      resolve(undefined);
    });
    terminal.question(question, (reply) => {
      // The rest of what was typed is handed on as well when the input ends.
      isEntered = !input.readableEnded;
      resolve(isEntered ? reply : undefined);
      terminal.close();
    });
  });
}
