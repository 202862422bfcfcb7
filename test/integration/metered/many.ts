/** Thousands of pods, for those who ask for all of them. */
import type { Transport } from '../../../agent/client/transport.ts';
import type { Store } from '../../../agent/store/store.ts';

export const manyPods = 20_000;
export const ofMany = '/api/v1/namespaces/many';

const first = 'pod-0';
const nameOf = (index: number): string => `pod-${index}`;

async function post(transport: Transport, path: string, body: object): Promise<void> {
  const { status, body: answer } = await transport.request({ method: 'POST', path, body });
  if (status !== 201) throw new Error(`POST ${path}: ${JSON.stringify(answer)}`);
}

/** One is created through the front door, and the others are that one by other names. */
export async function fill(store: Store, transport: Transport): Promise<void> {
  await post(transport, '/api/v1/namespaces', { metadata: { name: 'many' } });
  await post(transport, `${ofMany}/serviceaccounts`, { metadata: { name: 'default' } });
  const containers = [{ name: 'main', image: 'web:1.0', env: [{ name: 'A', value: 'b' }] }];
  await post(transport, `${ofMany}/pods`, { metadata: { name: first, labels: { a: 'v1' } }, spec: { containers } });
  const entry = await store.get(`/registry/pods/many/${first}`);
  if (!entry) throw new Error('the first pod is not there');
  const text = Buffer.from(entry.value).toString('utf8');
  for (let index = 1; index < manyPods; index += 1) {
    const name = nameOf(index);
    const bytes = Buffer.from(text.replaceAll(`"${first}"`, `"${name}"`));
    const { ok } = await store.create(`/registry/pods/many/${name}`, bytes);
    if (!ok) throw new Error(`${name} is there already`);
  }
}
