/** What a chapter of the matrix says: commands as people type them, and what kubectl then prints. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';

/**
 * What is expected of an output:
 *
 * - a text: the output is that, but for its last line break;
 * - a text between slashes: a regular expression (`^` and `$` are those of lines) that matches it;
 * - a list: its lines, where columns are one space apart, an age is `AGE` and an address `IP`; each may be between
 * slashes;
 * - a map: the answer of each kubectl from that minor release on.
 */
export type Answer = string | readonly string[] | { readonly [fromMinor: number]: string | readonly string[] };

export interface Command {
  /** As typed after `kubectl`: split at spaces that no single quotes enclose. */
  run: string;
  /** What is piped into it. */
  input?: string;
  env?: Record<string, string>;
  /** Its exit code; 0 where none is given. */
  exit?: number;
  /** Of stdout; of stdout and stderr together for a command with `until`. */
  out?: Answer;
  /** Of stderr; nothing where none is given. */
  err?: Answer;
  /** The first minor release that has it, and what those before lack. */
  since?: readonly [minor: number, lack: string];
  /** Asked again until it answers so: what controllers do takes its time. */
  eventually?: boolean;
  /** It does not end by itself: it is stopped once it has printed this. */
  until?: Answer;
  /** Typed while it runs, as soon as it has printed `ready`, or at once. */
  meanwhile?: readonly string[];
  ready?: string;
  /** Read from the local address that it has printed, while it runs; the answer is part of the body. */
  visit?: { path: string; body: string };
}

export interface Chapter {
  name: string;
  /** Texts by name, in the folder that the commands are run in. */
  files?: Record<string, string>;
  /** Applied before, in a namespace of the chapter's own. */
  manifests?: string;
  commands: readonly Command[];
}

/** The chapters of a folder, by name. */
export const readChapters = (folder: string): Chapter[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({ ...parse(readFileSync(join(folder, file), 'utf8')), name: basename(file, '.yaml') }));

/** The words of a line. */
export const wordsOf = (line: string): string[] =>
  (line.match(/(?:'[^']*'|[^\s'])+/g) ?? []).map((word) => word.replaceAll("'", ''));

/** Fills in `%name%`, everywhere in a chapter. */
export function fill<T>(value: T, names: Readonly<Record<string, string>>): T {
  const filled = JSON.stringify(value).replace(/%([a-z]+)%/g, (whole, name: string) => names[name] ?? whole);
  return JSON.parse(filled);
}
