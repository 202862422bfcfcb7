import { describe, expect, it } from 'vitest';
import { createMetricsRegistry } from '../../../../agent/metrics/registry.ts';

describe('metrics', () => {
  it('are written as Prometheus reads them', () => {
    const metrics = createMetricsRegistry();
    metrics.counter('requests_total', 'Requests.', { code: '200' }).add();
    metrics.counter('requests_total', 'Requests.', { code: '200' }).add(2);
    metrics.counter('requests_total', 'Requests.', { code: '404' }).add();
    metrics.collect('gauge', 'depth', 'Depth.', () => [[{}, 4]]);
    expect(metrics.text()).toBe(
      [
        '# HELP requests_total Requests.',
        '# TYPE requests_total counter',
        'requests_total{code="200"} 3',
        'requests_total{code="404"} 1',
        '# HELP depth Depth.',
        '# TYPE depth gauge',
        'depth 4',
        '',
      ].join('\n'),
    );
  });

  it('count into buckets that are cumulative', () => {
    const metrics = createMetricsRegistry();
    const histogram = metrics.histogram('seconds', 'Seconds.', [0.1, 1], { verb: 'GET' });
    for (const seconds of [0.05, 0.1, 0.5, 7]) histogram.observe(seconds);
    expect(metrics.text().split('\n').slice(2, -1)).toEqual([
      'seconds_bucket{verb="GET",le="0.1"} 2',
      'seconds_bucket{verb="GET",le="1"} 3',
      'seconds_bucket{verb="GET",le="+Inf"} 4',
      'seconds_sum{verb="GET"} 7.65',
      'seconds_count{verb="GET"} 4',
    ]);
  });

  it('are read when somebody asks, and no more once their source is taken away', () => {
    const metrics = createMetricsRegistry();
    let depth = 1;
    const stop = metrics.collect('gauge', 'depth', 'Depth.', () => [[{ name: 'a' }, depth]]);
    metrics.collect('gauge', 'depth', 'Depth.', () => [[{ name: 'b' }, 9]]);
    depth = 2;
    expect(metrics.text()).toContain('depth{name="a"} 2\ndepth{name="b"} 9\n');
    stop();
    expect(metrics.text()).not.toContain('name="a"');
  });

  it('keep labels that are hostile within their quotes', () => {
    const metrics = createMetricsRegistry();
    metrics.counter('total', 'Total.', { name: 'a"} 1\n\\' }).add();
    expect(metrics.text()).toContain('total{name="a\\"} 1\\n\\\\"} 1\n');
  });

  it('refuse one name for two types', () => {
    const metrics = createMetricsRegistry();
    metrics.counter('x', 'X.');
    expect(() => metrics.histogram('x', 'X.', [1])).toThrow('metric x is a counter already');
  });
});
