/** What an engine is asked for lists. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Engine } from '../../../../main/engine/engine.ts';
import { tryEngine } from '../../../../main/engine/find.ts';

let folder: string;
let server: Server;
let engine: Engine;

/** Podman 4.3 refuses a filter that names no label. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-lists-'));
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://engine');
    const filters = JSON.parse(searchParams.get('filters') ?? '{}') as { label?: string[] };
    response.setHeader('libpod-api-version', '4.3.1').setHeader('api-version', '1.41');
    response.setHeader('server', 'Libpod/4.3.1 (linux)');
    if (filters.label?.length === 0) {
      response.statusCode = 500;
      response.end(
        '{"message":"invalid image filter \\"label\\": must be in the format \\"filter=value or filter!=value\\""}',
      );
      return;
    }
    const found = `${pathname} ${filters.label ?? 'all'}`;
    response.end(
      pathname.includes('volumes')
        ? JSON.stringify({ Volumes: [{ Name: found }] })
        : pathname.endsWith('/json')
          ? JSON.stringify([{ Id: found }])
          : '{"NCPU":1,"MemTotal":1}',
    );
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'engine'), resolve));
  const found = await tryEngine(`unix://${join(folder, 'engine')}`);
  if (!found.engine) throw new Error(found.outcome);
  engine = found.engine;
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

it.each([
  ['of all', [], 'all'],
  ['by label', ['dev.skiff.profile=a'], 'dev.skiff.profile=a'],
])('are asked for %s', async (_, labels, expected) => {
  const [containers, images, volumes] = await Promise.all([
    engine.containers(labels),
    engine.images.list(labels),
    engine.volumes(labels),
  ]);
  expect([containers[0]?.Id, images[0]?.Id, volumes[0]]).toEqual([
    `/containers/json ${expected}`,
    `/images/json ${expected}`,
    `/volumes ${expected}`,
  ]);
});
