import { expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { useLab } from '../lab.ts';

withKubectls('lab sidecar', (binary) => {
  const lab = useLab('sidecar', binary);

  test('an init container runs first, and two containers share a volume and localhost', async () => {
    await lab.apply('sidecar.yaml');
    await lab.ready('pod/sidecar');
    expect(await lab.kubectl('get pod sidecar')).toMatch(/sidecar +2\/2 +Running +0/);
    expect(await lab.kubectl('exec sidecar -c sidecar -- cat /data/index.html')).toBe('from init\n');
    expect(await lab.kubectl('exec sidecar -c sidecar -- wget -qO- http://localhost/')).toBe('from init\n');
    await lab.kubectl(['exec', 'sidecar', '-c', 'sidecar', '--', 'sh', '-c', 'echo from sidecar > /data/index.html']);
    expect(await lab.kubectl('exec sidecar -c main -- cat /usr/share/nginx/html/index.html')).toBe('from sidecar\n');
  });

  test('logs are those of the container that is named', async () => {
    expect(await lab.kubectl('logs sidecar -c main')).toContain('GET / HTTP');
    expect(await lab.kubectl('logs sidecar -c sidecar')).toBe('');
    const unknown = await lab.run('logs sidecar -c nobody');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('container nobody is not valid for pod sidecar');
  });
});
