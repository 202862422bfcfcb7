import { expect, test } from 'vitest';
import { imageProgress, LayerCount } from '../../../../main/cli/image-progress.ts';
import type { EngineProgress } from '../../../../main/engine/images.ts';

const mib = 2 ** 20;
const downloading = (id: string, current: number, total: number): EngineProgress => ({
  id,
  status: 'Downloading',
  progressDetail: { current, total },
});
const pull: EngineProgress[] = [
  { id: '1', status: 'Pulling from library/web' },
  { id: 'a', status: 'Pulling fs layer' },
  { id: 'b', status: 'Already exists' },
  downloading('a', mib, 4 * mib),
  downloading('a', 4 * mib, 4 * mib),
  { id: 'a', status: 'Extracting', progressDetail: { current: mib, total: 4 * mib } },
  { id: 'a', status: 'Pull complete' },
  { status: 'Status: Downloaded newer image for web:1' },
];

test('a pull counts its layers, and bytes once', () => {
  const count = new LayerCount();
  const texts = pull.map((progress) => {
    count.add(progress);
    return count.text();
  });
  expect(texts).toEqual([
    undefined,
    '0 of 1 layers',
    '1 of 2 layers',
    '1 of 2 layers, 1.0 MiB of 4.0 MiB',
    '1 of 2 layers, 4.0 MiB of 4.0 MiB',
    '1 of 2 layers, 4.0 MiB of 4.0 MiB',
    '2 of 2 layers, 4.0 MiB of 4.0 MiB',
    '2 of 2 layers, 4.0 MiB of 4.0 MiB',
  ]);
});

test('a terminal shows one line that changes; elsewhere only what is said of the whole is printed', () => {
  const written = (isTTY: boolean): string => {
    let text = '';
    const { report, end } = imageProgress({ write: (part) => (text += part), isTTY, columns: 80 });
    for (const progress of [...pull, { stream: 'Step 1/1 : FROM web\n' }]) report(progress);
    end();
    return text;
  };
  const lines = 'Status: Downloaded newer image for web:1\nStep 1/1 : FROM web\n';
  expect(written(false)).toBe(lines);
  expect(written(true)).toContain('\r\u001b[2K1 of 2 layers, 1.0 MiB of 4.0 MiB\r\u001b[2K');
  expect(written(true).endsWith(`\r\u001b[2K${lines}`)).toBe(true);
});
