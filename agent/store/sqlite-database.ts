/**
 * The store's tables. Like in kine, each write is a row: the rows are the history, and the newest row of a key is its
 * current value. Each batch is one transaction, so that many writers share one fsync.
 * https://github.com/k3s-io/kine and https://www.sqlite.org/wal.html
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { checkFiles, checkPresent } from './sqlite-causes.ts';
import { LogRoom } from './sqlite-log-room.ts';
import type { StoreCalls, Write, Written } from './sqlite-protocol.ts';
import type { Entry } from './store.ts';

const settings = `
  PRAGMA synchronous = FULL;
  PRAGMA cache_size = -2000;
  PRAGMA wal_autocheckpoint = 1000;
`;

const tables = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS log (
    revision INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    created INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    value BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS log_by_key ON log (key, revision, deleted);
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
`;

/**
 * Makes an empty database under another name, brings it to disk as a whole and gives it its name. In place, SQLite
 * brings each step of it to disk, which takes as long as nine writes, and on a busy disk longer than all else at a
 * start.
 */
function createDatabase(path: string): void {
  const draft = `${path}.new`;
  for (const part of ['', '-wal', '-shm', '-journal']) rmSync(draft + part, { force: true });
  const db = new DatabaseSync(draft);
  db.exec(`PRAGMA synchronous = OFF; ${tables}`);
  // The last connection to close moves the log into the database.
  db.close();
  const file = openSync(draft, 'r+');
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, path);
}

const newestOfEachKey = `
  SELECT log.* FROM log JOIN (
    SELECT key, MAX(revision) AS newest FROM log WHERE key >= :from AND key < :to GROUP BY key
  ) AS current ON log.revision = current.newest WHERE deleted = 0 ORDER BY log.key
`;

/** The newest row of a key, but for its value: to read that as well takes longer than to find the row. */
interface Head {
  revision: number;
  created: number;
}

interface Row extends Head {
  key: string;
  deleted: number;
  value: Uint8Array;
}

const rowOf = (row: Record<string, unknown>): Row => {
  const { revision, key, created, deleted, value } = row;
  if (!(value instanceof Uint8Array)) throw new Error('the store holds a row without a value');
  return { revision: Number(revision), key: String(key), created: Number(created), deleted: Number(deleted), value };
};

const entryOf = ({ key, value, created, revision }: Row): Entry => ({ key, value, createRevision: created, revision });

/** The first key after all keys with the prefix. Keys are ASCII. */
const endOf = (prefix: string): string => (prefix ? `${prefix}\u{10ffff}` : '\u{10ffff}');

export class StoreDatabase {
  readonly #db: DatabaseSync;
  /** Prepared once: to parse them again for each batch takes a fifth of the batch. */
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #insert: StatementSync;
  readonly #newest: StatementSync;
  readonly #newestHead: StatementSync;
  readonly #path: string;
  readonly #logRoom: LogRoom;
  #revision: number;
  #writeFailed = false;

  constructor(path: string) {
    checkFiles(path);
    this.#path = path;
    if (!existsSync(path)) createDatabase(path);
    this.#db = new DatabaseSync(path);
    this.#db.exec(settings + tables);
    this.#logRoom = new LogRoom(`${path}-wal`);
    this.#begin = this.#db.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#db.prepare('COMMIT');
    this.#insert = this.#db.prepare('INSERT INTO log (revision, key, created, deleted, value) VALUES (?, ?, ?, ?, ?)');
    this.#newest = this.#db.prepare('SELECT * FROM log WHERE key = ? ORDER BY revision DESC LIMIT 1');
    this.#newestHead = this.#db.prepare(
      'SELECT revision, created, deleted FROM log WHERE key = ? ORDER BY revision DESC LIMIT 1',
    );
    // The newest write may be a deletion that was compacted; its revision must not be reused.
    this.#revision = Math.max(this.#number('SELECT MAX(revision) AS value FROM log'), this.#meta('revision'));
  }

  #number(sql: string): number {
    return Number(this.#db.prepare(sql).get()?.value ?? 0);
  }

  #meta(name: string): number {
    return Number(this.#db.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.value ?? 0);
  }

  #setMeta(name: string, value: number): void {
    this.#db.prepare('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)').run(name, value);
  }

  get revision(): number {
    return this.#revision;
  }

  #current(key: string): Row | undefined {
    const found = this.#newest.get(key);
    if (found?.deleted !== 0) return undefined;
    return rowOf(found);
  }

  #currentHead(key: string): Head | undefined {
    const found = this.#newestHead.get(key);
    if (found?.deleted !== 0) return undefined;
    return { revision: Number(found.revision), created: Number(found.created) };
  }

  #write({ type, key, value, expected }: Write): Written {
    const current = this.#currentHead(key);
    const matches = type === 'create' ? current === undefined : current !== undefined && current.revision === expected;
    if (!matches) return { ok: false, ...(current && { current: this.get(key) }) };
    const stored = value ?? this.#current(key)?.value ?? new Uint8Array();
    this.#revision += 1;
    const createRevision = current?.created ?? this.#revision;
    const deleted = type === 'delete' ? 1 : 0;
    this.#insert.run(this.#revision, key, createRevision, deleted, stored);
    return { ok: true, revision: this.#revision, createRevision, ...(deleted ? { value: stored } : {}) };
  }

  /** Writes all or nothing: if the disk refuses, no revision is used up. */
  write(batch: readonly Write[]): Written[] {
    return this.#transaction(() => batch.map((write) => this.#write(write)));
  }

  /** Makes later writes faster: call it when nobody waits for this one any more. */
  prepareForMore(): void {
    this.#logRoom.grow();
  }

  #transaction<T>(change: () => T): T {
    const before = this.#revision;
    this.#begin.run();
    try {
      const result = change();
      this.#commit.run();
      this.#writeFailed = false;
      return result;
    } catch (error) {
      this.#revision = before;
      this.#writeFailed = true;
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  get(key: string): Entry | undefined {
    const row = this.#current(key);
    return row && entryOf(row);
  }

  list(prefix: string): { entries: Entry[]; revision: number } {
    const rows = this.#db.prepare(newestOfEachKey).all({ from: prefix, to: endOf(prefix) });
    return { entries: rows.map((row) => entryOf(rowOf(row))), revision: this.#revision };
  }

  history(prefix: string, after: number): StoreCalls['history']['output'] {
    const compacted = this.#meta('compacted');
    if (after < compacted) return { compacted };
    const rows = this.#db
      .prepare('SELECT * FROM log WHERE revision > ? AND key >= ? AND key < ? ORDER BY revision')
      .all(after, prefix, endOf(prefix));
    const changes = rows
      .map(rowOf)
      .map((row) => ({ type: row.deleted ? ('delete' as const) : ('put' as const), entry: entryOf(row) }));
    return { changes, revision: this.#revision };
  }

  /** Deletes rows up to the revision that a newer row of the same key replaced, and deletions. */
  compact(upTo: number): number {
    const target = Math.min(upTo, this.#revision);
    if (target <= this.#meta('compacted')) return this.#meta('compacted');
    this.#transaction(() => {
      this.#db
        .prepare(
          `DELETE FROM log WHERE revision <= :target AND (deleted = 1 OR EXISTS (
             SELECT 1 FROM log AS newer WHERE newer.key = log.key AND newer.revision > log.revision AND newer.revision <= :target
           ))`,
        )
        .run({ target });
      this.#setMeta('compacted', target);
      this.#setMeta('revision', this.#revision);
    });
    return target;
  }

  /** Reads, and if the last write failed, tries whether writing works again. */
  check(): void {
    checkPresent(this.#path);
    const revision = this.#number('SELECT MAX(revision) AS value FROM log');
    if (revision > this.#revision) throw new Error(`somebody else writes to ${this.#path}`);
    if (this.#writeFailed) this.#transaction(() => this.#setMeta('revision', this.#revision));
  }

  close(): void {
    this.#logRoom.close();
    this.#db.close();
  }
}
