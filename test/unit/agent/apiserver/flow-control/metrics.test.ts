/** What flow control tells of itself. */
import { expect, it } from 'vitest';
import { flowTo, level, limited, startFlows } from './flows.ts';

const queuing = { queues: 1, handSize: 1, queueLengthLimit: 1 };
const waits = { limitResponse: { type: 'Queue', queuing } };
const labels = 'priority_level="own",flow_schema="of-ann"';

const told = (text: string, name: string): string[] =>
  text.split('\n').filter((line) => line.startsWith(`apiserver_flowcontrol_${name}`));

it('counts who is served, who waits and who is refused, by level and schema', async () => {
  const flows = startFlows(1, [level('own', limited(waits))], [flowTo('own', 'ann')]);
  const leave = await flows.enter('ann');
  const waiting = flows.enter('ann');
  await expect(flows.enter('ann')).rejects.toThrow();
  const crowded = flows.metrics.text();
  expect(told(crowded, 'current_executing_requests')).toEqual([
    `apiserver_flowcontrol_current_executing_requests{${labels}} 1`,
  ]);
  expect(told(crowded, 'current_inqueue_requests')).toEqual([
    `apiserver_flowcontrol_current_inqueue_requests{${labels}} 1`,
  ]);
  expect(told(crowded, 'rejected_requests_total')).toEqual([
    `apiserver_flowcontrol_rejected_requests_total{${labels},reason="queue-full"} 1`,
  ]);
  await flows.clock.advance(3000);
  leave();
  (await waiting)();
  const after = flows.metrics.text();
  expect(told(after, 'dispatched_requests_total')).toEqual([
    `apiserver_flowcontrol_dispatched_requests_total{${labels}} 2`,
  ]);
  expect(told(after, 'current_executing_seats')).toEqual([
    `apiserver_flowcontrol_current_executing_seats{${labels}} 0`,
  ]);
  expect(told(after, 'request_wait_duration_seconds_sum')).toContain(
    `apiserver_flowcontrol_request_wait_duration_seconds_sum{${labels},execute="true"} 3`,
  );
  expect(told(after, 'request_execution_seconds_sum')).toEqual([
    `apiserver_flowcontrol_request_execution_seconds_sum{${labels},type="readOnly"} 3`,
  ]);
  expect(told(after, 'request_queue_length_after_enqueue_sum')).toEqual([
    `apiserver_flowcontrol_request_queue_length_after_enqueue_sum{${labels}} 1`,
  ]);
});

it('counts who has waited too long, and who may not wait', async () => {
  const reject = { limitResponse: { type: 'Reject' } };
  const levels = [level('own', limited(waits)), level('strict', limited(reject))];
  const flows = startFlows(2, levels, [flowTo('own', 'ann'), flowTo('strict', 'bob')]);
  await flows.enter('ann');
  await flows.enter('bob');
  const late = expect(flows.enter('ann')).rejects.toThrow();
  await expect(flows.enter('bob')).rejects.toThrow();
  await flows.clock.advance(15_000);
  await late;
  expect(told(flows.metrics.text(), 'rejected_requests_total').sort()).toEqual([
    `apiserver_flowcontrol_rejected_requests_total{${labels},reason="time-out"} 1`,
    'apiserver_flowcontrol_rejected_requests_total{priority_level="strict",flow_schema="of-bob",reason="concurrency-limit"} 1',
  ]);
});

it('says how many seats a level has, and how many it may have now', async () => {
  const levels = [level('lender', limited({ lendablePercent: 50 })), level('own', limited({}))];
  const flows = startFlows(8, levels, [flowTo('own', 'ann')]);
  const limits = (name: string) =>
    told(flows.metrics.text(), `${name}_limit_seats`).map((line) => line.replace(/^apiserver_flowcontrol_/, ''));
  expect(limits('nominal')).toEqual([
    'nominal_limit_seats{priority_level="lender"} 4',
    'nominal_limit_seats{priority_level="own"} 4',
  ]);
  expect(limits('lower')).toContain('lower_limit_seats{priority_level="lender"} 2');
  expect(limits('current')).toHaveLength(2);
});
