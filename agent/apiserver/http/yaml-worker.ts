/** The thread that reads large YAML bodies. An entry point of its own, which the bundler finds in `yaml-thread.ts`. */

import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../api/errors.ts';
import { fromYaml, type YamlContent } from './yaml.ts';

export type YamlAnswer = YamlContent | { error: string };

const port = parentPort;
if (!port) throw new Error('yaml-worker runs in a worker thread only');

port.on('message', (bytes: Uint8Array) => {
  let answer: YamlAnswer;
  try {
    answer = fromYaml(new TextDecoder().decode(bytes));
  } catch (error) {
    answer = { error: messageOf(error) };
  }
  port.postMessage(answer, 'json' in answer ? [answer.json.buffer as ArrayBuffer] : []);
});
