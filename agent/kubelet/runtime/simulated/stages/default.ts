/**
 * The default behaviour of simulated pods: a started container runs at once, and a container with work to finish ends.
 */
import { defineStages } from './stage.ts';

const state = (...values: string[]) => ({ key: '.container.state', operator: 'In', values }) as const;

export const defaultStages = defineStages([
  {
    name: 'image-is-present',
    resourceRef: { kind: 'Image' },
    selector: { matchExpressions: [] },
    next: { present: true },
  },
  {
    name: 'container-starts',
    resourceRef: { kind: 'Container' },
    selector: { matchExpressions: [state('starting')] },
    next: { state: 'running' },
  },
  {
    // An init container that never ended would keep its pod from starting.
    name: 'init-container-completes',
    resourceRef: { kind: 'Container' },
    selector: { matchExpressions: [state('running'), { key: '.container.init', operator: 'In', values: ['true'] }] },
    next: { state: 'exited', exitCode: 0 },
  },
  {
    name: 'job-completes',
    resourceRef: { kind: 'Container' },
    selector: {
      matchExpressions: [
        state('running'),
        { key: '.container.init', operator: 'In', values: ['false'] },
        { key: '.metadata.labels["batch.kubernetes.io/job-name"]', operator: 'Exists' },
      ],
    },
    next: { state: 'exited', exitCode: 0 },
  },
  {
    name: 'container-is-stopped',
    resourceRef: { kind: 'Container' },
    selector: { matchExpressions: [state('stopping')] },
    next: { state: 'exited', exitCode: 137 },
  },
  {
    name: 'container-idles',
    resourceRef: { kind: 'Usage' },
    selector: { matchExpressions: [] },
    next: { cpu: '1m', memory: '4Mi' },
  },
  {
    name: 'probe-passes',
    resourceRef: { kind: 'Probe' },
    selector: { matchExpressions: [] },
    next: { success: true, output: '' },
  },
]);
