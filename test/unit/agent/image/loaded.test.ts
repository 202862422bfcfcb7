/** What a node's process loads at its start: memory that every node needs as long as it runs. */
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundling } from '../../../../agent/image/bundle.ts';

/** Files of the checkout by the chunk of the bundle that they are in. */
let inputsOf: (start: string) => string[];

beforeAll(async () => {
  const { metafile } = await build({ ...bundling, outdir: 'unwritten', write: false });
  inputsOf = (start) => {
    const [first = ''] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === start) ?? [];
    const chunks = new Set([first]);
    for (const chunk of chunks) {
      const imports = metafile.outputs[chunk]?.imports ?? [];
      for (const { path, kind } of imports)
        if (kind === 'import-statement' && !path.startsWith('node:')) chunks.add(path);
    }
    return [...chunks].flatMap((chunk) => Object.keys(metafile.outputs[chunk]?.inputs ?? {}));
  };
});

describe.each([
  ['the agent of a worker', ['agent/agent.ts', 'agent/run.ts', 'agent/roles/platforms/docker.ts']],
  [
    'the agent of a control plane',
    [
      'agent/agent.ts',
      'agent/run.ts',
      'agent/roles/platforms/docker.ts',
      'agent/roles/cluster.ts',
      'agent/roles/open-store.ts',
    ],
  ],
])('%s', (who, starts) => {
  const loaded = () => starts.flatMap((start) => inputsOf(start));

  it('loads the kubelet and the network', () => {
    expect(loaded()).toEqual(
      expect.arrayContaining([
        'agent/kubelet/kubelet.ts',
        'agent/network/service-proxy/proxy.ts',
        'agent/dns/server.ts',
      ]),
    );
  });

  it.each([
    'agent/apiserver/server.ts',
    'agent/controllers/manager.ts',
    'agent/scheduler/scheduler.ts',
    'agent/store/',
  ])('loads %s only where it runs', (part) => {
    expect(loaded().some((path) => path.startsWith(part))).toBe(who.endsWith('control plane'));
  });

  it.each(['yaml', 'protobufjs', 'parse5', 'ws', '@marcbachmann/cel-js'])(
    'loads %s when it is first needed',
    (name) => {
      expect(loaded().filter((path) => path.includes(`node_modules/${name}/`))).toEqual([]);
    },
  );

  it('loads the language of expressions with the first policy, rule or condition', () => {
    expect(loaded().filter((path) => path.startsWith('agent/api/cel/'))).toEqual([]);
  });
});

it('the entry is small, so that the thread of the store starts before the code of the rest is loaded', () => {
  expect(inputsOf('agent/agent.ts').sort()).toEqual([
    'agent/agent.ts',
    'agent/roles/files.ts',
    'agent/roles/places.ts',
  ]);
});
