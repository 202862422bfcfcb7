/**
 * The store's thread. An fsync blocks only this thread. The file is its own entry point: the bundler finds it by the
 * `new URL` in `sqlite-thread.ts` and puts it beside the agent's bundle.
 */
import { parentPort } from 'node:worker_threads';
import { explainError } from './sqlite-causes.ts';
import { StoreDatabase } from './sqlite-database.ts';
import type { Answer, Request } from './sqlite-protocol.ts';

const port = parentPort;
if (!port) throw new Error('sqlite-worker runs in a worker thread only');

let path = '';
let database: StoreDatabase | undefined;

function opened(): StoreDatabase {
  if (!database) throw new Error('the store is not open');
  return database;
}

function answer(request: Request): unknown {
  switch (request.call) {
    case 'open':
      path = request.input.path;
      database = new StoreDatabase(request.input.path);
      return { revision: database.revision };
    case 'write':
      return opened().write(request.input);
    case 'get':
      return opened().get(request.input.key);
    case 'list':
      return opened().list(request.input.prefix);
    case 'history':
      return opened().history(request.input.prefix, request.input.after);
    case 'compact':
      return { compacted: opened().compact(request.input.revision) };
    case 'check':
      opened().check();
      return undefined;
    case 'close':
      database?.close();
      database = undefined;
      return undefined;
  }
}

port.on('message', (request: Request) => {
  const reply = (message: Answer) => port.postMessage(message);
  try {
    reply({ id: request.id, output: answer(request) });
  } catch (error) {
    reply({ id: request.id, error: explainError(error, path) });
  }
  if (request.call === 'write') database?.prepareForMore();
  if (request.call === 'close') port.close();
});
