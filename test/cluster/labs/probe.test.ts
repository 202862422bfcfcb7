import { describe, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import type { KubectlBinary } from '../kubectl.ts';
import { eventually, page, useLab } from '../lab.ts';

const probeLab = (binary: KubectlBinary): void => {
  const lab = useLab('probe', binary);

  test('the liveness probe restarts a container whose page has vanished', async ({ expect }) => {
    await lab.apply('probe.yaml');
    await lab.ready('pod/liveness-http');
    const service = await lab.json<{ spec: { ports: { nodePort: number }[] } }>('get service liveness-http');
    const port = service.spec.ports[0]?.nodePort ?? 0;
    expect(await eventually(() => page(port))).toContain('version 1');

    await eventually(() => expect(page(port)).rejects.toThrow(/HTTP 40[34]/), 120);
    await eventually(
      async () => expect(await lab.kubectl('get pod liveness-http')).toMatch(/liveness-http +1\/1 +Running +1 \(/),
      180,
    );
    const description = await lab.kubectl('describe pod liveness-http');
    expect(description).toMatch(
      /Warning +Unhealthy .*Liveness probe failed: HTTP probe failed with statuscode: 40[34]/,
    );
    expect(description).toMatch(/Normal +Killing .*Container web failed liveness probe, will be restarted/);
  }, 400_000);
};

// The lab waits a minute by its own clock, so the clients go through it side by side.
withKubectls('lab probe', probeLab, describe.concurrent);
