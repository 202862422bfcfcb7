/** What a cluster is doing, step by step; and, where a step failed, what failed and what to do about it. */
import { Circle, CircleCheck, CircleX, ClipboardCopy, RotateCw, Undo2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { BootFailure, BootProgress, BootStepProgress } from '../../main/contract.ts';
import { cancelCluster, dismissProgress, startCluster } from '../data/app-state.ts';
import { copyText } from '../resources/clipboard.ts';
import { Button, IconButton, Spinner } from '../ui/controls.tsx';

const verbs = { start: 'Starting', stop: 'Stopping', delete: 'Deleting' };

export function BootProgressPage({ report }: { report: BootProgress }) {
  const { profile, operation, steps, finished, failure, cancelled, elsewhere } = report;
  const title = failure
    ? `${profile} did not ${operation}`
    : cancelled
      ? `${profile}: cancelled, everything was undone`
      : `${verbs[operation]} ${profile}`;
  const [cancelling, setCancelling] = useState(false);
  return (
    <div className="boot">
      <div className="boot-card">
        <h1>{title}</h1>
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
                <Button look="primary" onClick={() => void startCluster(profile)}>
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
  waiting: <Circle size={16} className="tone-idle" />,
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

function FailureCard({ failure: { step, message, hint, command, log } }: { failure: BootFailure }) {
  return (
    <div className="failure" role="alert">
      <h2>“{step}” failed</h2>
      <p>{sentence(message)}</p>
      {hint ? <p className="failure-hint">{hint}</p> : null}
      {command ? (
        <div className="failure-command">
          <code className="truncate">{command}</code>
          <IconButton label="Copy the command" size="small" onClick={() => copyText(command, 'Command')}>
            <ClipboardCopy size={14} />
          </IconButton>
        </div>
      ) : null}
      {log.length > 0 ? <pre className="value">{log.join('\n')}</pre> : null}
    </div>
  );
}
