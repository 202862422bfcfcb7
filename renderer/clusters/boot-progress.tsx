/** What a cluster is doing, step by step; and, where a step failed, what failed and what to do about it. */

import { Circle, CircleAlert, CircleCheck, CircleX, ClipboardCopy, RotateCw, Undo2 } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { BootFailure, BootProgress, BootStepProgress } from '../../main/contract/clusters.ts';
import { cancelCluster, dismissProgress, startAgain } from '../data/app-state.ts';
import { copyText } from '../data/copy-text.ts';
import { Button, IconButton, Spinner } from '../ui/controls.tsx';
import { withCode } from '../ui/with-code.tsx';
import { underWayAs } from './operations.ts';

export function BootProgressPage({ report }: { report: BootProgress }) {
  const { profile, operation, steps, finished, failure, cancelled, elsewhere } = report;
  const title = failure
    ? `${profile} did not ${operation}`
    : cancelled
      ? `${profile}: cancelled, everything was undone`
      : `${underWayAs[operation]} ${profile}`;
  const [cancelling, setCancelling] = useState(false);
  useEffect(() => {
    if (finished) setCancelling(false);
  }, [finished]);
  return (
    <div className="boot">
      <div className="boot-card">
        <header className="boot-head">
          <h1>{title}</h1>
          <Total steps={steps} finished={finished} />
        </header>
        <ol className="boot-steps" aria-live="polite">
          {steps.map((step) => (
            <BootStep key={step.title} step={step} />
          ))}
        </ol>
        {failure ? <FailureCard failure={failure} /> : null}
        <div className="boot-actions">
          {!finished && elsewhere ? (
            <span className="muted">Begun by process {elsewhere}; it can be cancelled there.</span>
          ) : !finished ? (
            <Button
              disabled={cancelling}
              onClick={() => {
                setCancelling(true);
                cancelCluster(profile);
              }}
            >
              {cancelling ? 'Undoing' : 'Cancel'}
            </Button>
          ) : (
            <>
              <Button onClick={() => dismissProgress(profile)}>Close</Button>
              {operation === 'start' ? (
                <Button look="primary" onClick={() => void startAgain(profile)}>
                  <RotateCw size={14} /> Try again
                </Button>
              ) : null}
            </>
          )}
        </div>
      </div>
    </div>
  );
}

const icons = {
  waiting: <Circle size={16} className="boot-waiting" />,
  running: <Spinner />,
  done: <CircleCheck size={16} className="tone-ok" />,
  failed: <CircleX size={16} className="tone-bad" />,
  undone: <Undo2 size={16} className="tone-idle" />,
  cancelled: <CircleX size={16} className="tone-idle" />,
};

/** Reports come when something changes; in between the time of the running step is counted here. */
function useElapsed({ state, elapsed }: BootStepProgress): number {
  const [extra, setExtra] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each report starts the count anew
  useEffect(() => {
    setExtra(0);
    if (state !== 'running') return;
    const begun = performance.now();
    const timer = setInterval(() => setExtra(performance.now() - begun), 100);
    return () => clearInterval(timer);
  }, [state, elapsed]);
  return elapsed + extra;
}

/** Which step it is at, and what all of them took together. */
function Total({ steps, finished }: { steps: readonly BootStepProgress[]; finished: boolean }) {
  const at = steps.findIndex(({ state }) => state === 'running');
  const seconds = steps.reduce((sum, { elapsed }) => sum + elapsed, 0) / 1000;
  if (finished || at < 0) return <span className="muted">{seconds > 0 ? `after ${seconds.toFixed(1)} s` : ''}</span>;
  return <span className="muted">{`step ${at + 1} of ${steps.length}`}</span>;
}

function BootStep({ step }: { step: BootStepProgress }) {
  const elapsed = useElapsed(step);
  return (
    <li className={`boot-step ${step.state}`}>
      <span className="boot-icon">{icons[step.state]}</span>
      <span>{step.title}</span>
      <span className="spacer" />
      <span className="muted">
        {step.state === 'waiting' ? '' : step.state === 'undone' ? 'undone' : `${(elapsed / 1000).toFixed(1)} s`}
      </span>
    </li>
  );
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.?$/, '.')}`;

function FailureCard({ failure }: { failure: BootFailure }) {
  const { step, message, hint, command, log } = failure;
  return (
    <div className="failure" role="alert">
      <div className="failure-head">
        <CircleAlert size={18} className="tone-bad" />
        <h2>“{step}” failed</h2>
        <span className="spacer" />
        <IconButton label="Copy all of it" size="small" onClick={() => copyText(asText(failure), 'Failure')}>
          <ClipboardCopy size={14} />
        </IconButton>
      </div>
      <p>{sentence(message)}</p>
      {hint ? (
        <FailurePart title="What to do">
          <p>{withCode(hint)}</p>
        </FailurePart>
      ) : null}
      {command ? (
        <FailurePart title="Command">
          <pre className="value">{command}</pre>
        </FailurePart>
      ) : null}
      {log.length > 0 ? (
        <FailurePart title="Last lines">
          <pre className="value">{log.join('\n')}</pre>
        </FailurePart>
      ) : null}
    </div>
  );
}

const FailurePart = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="failure-part">
    <h3>{title}</h3>
    {children}
  </section>
);

const asText = ({ step, message, hint, command, log }: BootFailure): string =>
  [`"${step}" failed: ${message}`, hint, command && `$ ${command}`, ...log].filter(Boolean).join('\n');
