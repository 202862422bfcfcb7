import { expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, useLab } from '../lab.ts';

withKubectls('lab security', (binary) => {
  const lab = useLab('security', binary);
  const inside = (command: string) => lab.kubectl(['exec', 'locked', '--', 'sh', '-c', command]);

  test('a container has the user, the groups and the rights that its pod asks for, and no more', async () => {
    await lab.apply('security.yaml');
    await lab.ready('pod/locked');
    await eventually(async () => {
      // The engine may swap lines of the two streams.
      const log = await lab.kubectl('logs locked');
      expect(log).toMatch(/^uid=1000 gid=3000.* groups=.*\b2000\b/m);
      expect(log).toMatch(/^touch: \/x: Read-only file system$/m);
      expect(log).toMatch(/^-rw-r--r-- +1 1000 +2000 .* demo$/m);
    });
    expect(await inside('stat -c "%a %g" /data')).toBe('2777 2000\n');
    const status = await inside('cat /proc/1/status');
    expect(status).toMatch(/^CapEff:\t0{16}$/m);
    expect(status).toMatch(/^CapBnd:\t0{16}$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  });
});
