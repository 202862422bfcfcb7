/** The thread that reads and writes YAML. An entry point of its own, which the bundler finds in `yaml-thread.ts`. */

import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../api/errors.ts';
import { parseExact } from '../../api/json/parse.ts';
import { fromYaml, toYaml, type YamlContent } from './yaml.ts';

/** `read` is YAML, `write` is JSON. */
export type YamlJob = { read: Uint8Array } | { write: Uint8Array };
export type YamlAnswer = YamlContent | { yaml: Uint8Array } | { error: string };

const port = parentPort;
if (!port) throw new Error('yaml-worker runs in a worker thread only');

const decoder = new TextDecoder();

function answerTo(job: YamlJob): YamlAnswer {
  try {
    if ('read' in job) return fromYaml(decoder.decode(job.read));
    return { yaml: new TextEncoder().encode(toYaml(parseExact(decoder.decode(job.write)))) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

port.on('message', (job: YamlJob) => {
  const answer = answerTo(job);
  const moved = 'json' in answer ? [answer.json.buffer] : 'yaml' in answer ? [answer.yaml.buffer] : [];
  port.postMessage(answer, moved as ArrayBuffer[]);
});
