/** Generic code asks a kind's declaration: where it named a kind, custom resources would be served differently. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { builtInKinds } from '../../../../agent/api/kinds.ts';

const root = join(import.meta.dirname, '../../../../agent/apiserver');

/** Files and folders that are about particular kinds, each for its reason. */
const particular = [
  // What a cluster has from its first moment on.
  'bootstrap.ts',
  'cluster-info.ts',
  // Rules about particular kinds, one per file, as upstream's plugins.
  'admission/',
  'authorization/',
  // Tokens are bound to service accounts, pods, nodes and secrets.
  'authentication/',
  // Flow schemas and priority levels, which say who is served.
  'flow-control/',
  // What a subresource of one kind does.
  'subresources/',
  // The services behind which other API servers are.
  'aggregation/availability-checks.ts',
  // The config map that tells other API servers whom to believe.
  'extension-authentication.ts',
  // The config map that says since when uses of tokens are noted.
  'legacy-token-tracking.ts',
  // The leases that tell which of several servers are alive.
  'presence.ts',
  // What is answered and never stored.
  'computed/',
  // What nodes and pods use.
  'resource-metrics/',
  'reviews.ts',
  'unstored.ts',
  // Kubelets, pods and services, to which streams lead.
  'streams/',
  // Services, behind which webhooks are.
  'webhooks/service-address.ts',
  // Which URLs below a namespace are the namespace itself.
  'request-info.ts',
  // `POST .../bindings`, which has no kind.
  'handler.ts',
  // Names of fields and messages, generated or of the wire format.
  'protobuf/',
];

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !particular.some((each) => path.startsWith(each)))
  .map((path) => [path, readFileSync(join(root, path), 'utf8')] as const);

const names = builtInKinds.flatMap(({ kind, plural }) => [kind, plural]);
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');

/** Text literals that are, or begin as a path with, the name of a kind; and imports of declarations. */
const literal = new RegExp(`(['"\`])(?:${names.join('|')})(?:/[^'"\`]*)?\\1`, 'g');
const groups =
  'admissionregistration|apps|autoscaling|batch|certificates|coordination|core|discovery|flowcontrol|networking|node|' +
  'policy|rbac|resource|scheduling|storage';
const declaration = new RegExp(`from '(?:\\.\\./)+api/(?:${groups})/[^']+'`, 'g');

it('looks at the rooms that were meant', () => {
  const paths = sources.map(([path]) => path);
  expect(paths).toEqual(
    expect.arrayContaining(['validation.ts', 'storage.ts', 'streaming.ts', 'state/state.ts', 'resource-verbs.ts']),
  );
  expect("kind.plural === 'pods'".match(literal)).toEqual(["'pods'"]);
});

it.each(sources)('%s names no kind', (_path, text) => {
  const code = withoutComments(text);
  expect([...(code.match(literal) ?? []), ...(code.match(declaration) ?? [])]).toEqual([]);
});
