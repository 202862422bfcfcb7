import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, useLab } from '../lab.ts';

withKubectls('lab config', (binary) => {
  const lab = useLab('config', binary);

  test('ConfigMap and Secret arrive as environment and as files', async () => {
    await lab.apply('config.yaml');
    await lab.ready('pod/configured');
    const environment = await lab.kubectl('exec configured -- env');
    expect(environment).toMatch(/^MODE=dev$/m);
    expect(environment).toMatch(/^DB_PASSWORD=password$/m);
    expect(environment).toMatch(/^POD_IP=10\.244\.\d+\.\d+$/m);
    expect(await lab.kubectl('exec configured -- cat /etc/settings/app.properties')).toBe('colour=blue\n');
    expect(await lab.kubectl('exec configured -- cat /etc/db/password')).toBe('password');
    expect((await lab.run('exec configured -- touch /etc/db/x')).stderr).toContain('Read-only file system');
  });

  test('a Secret is base64 in the API', async () => {
    const secret = await lab.json<{ data: Record<string, string> }>('get secret db');
    expect(secret.data).toEqual({ username: 'cm9vdA==', password: 'cGFzc3dvcmQ=' });
  });

  test('an edit of the ConfigMap reaches the mounted file', async () => {
    await lab.kubectl([
      'patch',
      'configmap',
      'settings',
      '-p',
      JSON.stringify({ data: { 'app.properties': 'colour=green\n' } }),
    ]);
    await eventually(
      async () =>
        expect(await lab.kubectl('exec configured -- cat /etc/settings/app.properties')).toBe('colour=green\n'),
      120,
    );
  });

  test('create secret generic --from-file keeps the bytes of the file', async () => {
    const file = join(inject('cluster').home, `token-${binary.version}`);
    writeFileSync(file, 'p@ss\nword');
    await lab.kubectl(['create', 'secret', 'generic', 'from-file', `--from-file=token=${file}`]);
    const secret = await lab.json<{ type: string; data: Record<string, string> }>('get secret from-file');
    expect(secret).toMatchObject({ type: 'Opaque', data: { token: Buffer.from('p@ss\nword').toString('base64') } });
  });
});
