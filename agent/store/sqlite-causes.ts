/** Explains failures of the database and their remedies. The texts appear in the container's log and in API answers. */
import { existsSync } from 'node:fs';

/** The primary result codes that a person can act on. https://www.sqlite.org/rescode.html */
const causes: Record<number, (path: string) => string> = {
  8: (path) => `${path} cannot be written: make it and its folder writable`,
  10: (path) => `the disk of ${path} cannot be read or written: look at the disk, and at the log of its machine`,
  11: (path) => `${path} is damaged: ${remedy}`,
  13: (path) => `the disk of ${path} is full: free some space there and try again`,
  14: (path) => `${path} cannot be opened: its folder must exist and be writable`,
  26: (path) => `${path} is not a database of Skiff: ${remedy}`,
};

const remedy = 'put a copy of it back, or delete the cluster and start a new one';

/** A text for people, which includes SQLite's own message. */
export function explainError(error: unknown, path: string): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
  const cause = code === undefined ? undefined : causes[code]?.(path);
  return cause ? `${error.message}: ${cause}` : error.message;
}

/**
 * Throws if the database file was deleted. SQLite would go on writing to the nameless file, and lose it with the
 * process.
 */
export function checkPresent(path: string): void {
  if (!existsSync(path)) throw new Error(`${path} was removed while it was in use: ${remedy}`);
}

/** Throws if the database is missing but its write-ahead log is there: SQLite would discard the log and start empty. */
export function checkFiles(path: string): void {
  if (existsSync(path) || !existsSync(`${path}-wal`)) return;
  throw new Error(`${path} is missing, while its log ${path}-wal is there: ${remedy}`);
}
