// Only one process at a time sets a checkout up; the others wait and then find it done.
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Pid of the lock's holder; undefined if that process is gone. */
function holderOf(lock) {
  return aliveOf(readIfExists(lock));
}

function aliveOf(text) {
  const holder = Number(text ?? 0) || undefined;
  try {
    if (holder) process.kill(holder, 0);
    return holder;
  } catch (error) {
    return error.code === 'EPERM' ? holder : undefined;
  }
}

function readIfExists(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}

/** Runs `work` while no other process does. The file `lock` exists for that time only. */
export function withFileLock(lock, work) {
  const own = `${lock}.${process.pid}`;
  mkdirSync(dirname(lock), { recursive: true });
  writeFileSync(own, String(process.pid));
  try {
    // A link appears complete, with its owner in it, or not at all.
    for (let told = false; !linkIfFree(own, lock); told = true) {
      const holder = holderOf(lock);
      if (!told)
        process.stderr.write(`Waiting for process ${holder ?? '?'}, which is setting up the same checkout ...\n`);
      if (holder) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      else clear(lock);
    }
    try {
      work();
    } finally {
      rmSync(lock, { force: true });
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Removes a dead process's lock. Only one process at a time may do so, and it checks the lock again first: otherwise it
 * could remove the lock that a live process took in between.
 */
function clear(lock) {
  withFileLock(`${lock}.takeover`, () => {
    const text = readIfExists(lock);
    if (text !== undefined && !aliveOf(text)) rmSync(lock, { force: true });
  });
}

function linkIfFree(own, lock) {
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}
