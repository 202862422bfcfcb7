import { expect, test } from 'vitest';
import { familyOf, parseStat, stageOf } from '../../../../../agent/kubelet/runtime/docker/end-command.ts';

test('a process is read whatever its program is called', () => {
  const stat = '4242 (a) R 1 (b)) S 17 4242 4200 0 -1 4194560 1 0 0 0 3 4 0 0 20 0 1 0 987654 10 20';
  expect(parseStat(stat)).toEqual({ pid: 4242, name: 'a) R 1 (b)', parent: 17, session: 4200 });
});

test('a command’s family are its descendants and its session, whoever adopted them', () => {
  const entry = (pid: number, parent: number, session: number) => ({ pid, name: 'sh', parent, session });
  const processes = [
    entry(12, 11, 12), // A grandchild in a session of its own.
    entry(11, 10, 10),
    entry(10, 1, 10),
    entry(13, 1, 10), // Its parent has ended.
    entry(20, 1, 20),
    entry(21, 20, 20),
  ];
  expect([...familyOf(10, processes)].sort()).toEqual([10, 11, 12, 13]);
});

test.each([
  ['runc:[2:INIT]', 'set up'],
  ['runc', 'set up'],
  ['crun', 'set up'],
  ['sh', 'running'],
  ['runcible', 'running'],
])('a process called %s is that of a command which is %s', (name, stage) => {
  expect(stageOf({ pid: 1, name, parent: 0, session: 1 })).toBe(stage);
});

test('a process that is not there is that of a command which has ended', () => {
  expect(stageOf(undefined)).toBe('ended');
});
