/** A cluster of ours that does not run: why, and the button that changes it. */
import { CircleAlert, CirclePower, Play, Trash2 } from 'lucide-react';
import type { ClusterStatus } from '../../main/contract/clusters.ts';
import { deleteCluster, startCluster } from '../data/app-state.ts';
import { Button } from '../ui/controls.tsx';
import { openDialog } from '../ui/dialogs.ts';
import { Notice } from '../ui/notices.tsx';
import { Dialog } from '../ui/overlays.tsx';

const titles: Partial<Record<ClusterStatus['state'], string>> = {
  absent: 'is not there yet',
  stopped: 'is stopped',
  error: 'has a problem',
};

export function StoppedPage({ cluster: { profile, state, error } }: { cluster: ClusterStatus }) {
  return (
    <Notice
      icon={state === 'error' ? <CircleAlert size={28} className="tone-bad" /> : <CirclePower size={28} />}
      title={`${profile} ${titles[state] ?? 'does not run'}`}
      actions={
        <>
          <Button look="primary" size="large" onClick={() => void startCluster(profile)}>
            <Play size={14} /> Start
          </Button>
          {state === 'absent' ? null : (
            <Button
              size="large"
              onClick={() => openDialog((close) => <DeleteClusterDialog profile={profile} onClose={close} />)}
            >
              <Trash2 size={14} /> Delete…
            </Button>
          )}
        </>
      }
    >
      {error
        ? `${error.message}. ${error.hint ?? ''}`
        : state === 'stopped'
          ? 'Everything in it is kept and comes back when it starts.'
          : ''}
    </Notice>
  );
}

function DeleteClusterDialog({ profile, onClose }: { profile: string; onClose(): void }) {
  return (
    <Dialog
      title={`Delete ${profile}?`}
      label="Delete the cluster"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="danger"
            onClick={() => {
              onClose();
              deleteCluster(profile);
            }}
          >
            Delete
          </Button>
        </>
      }
    >
      <p>Its nodes, every object in it, its data and its entry in the kubeconfig go. Images on your engine stay.</p>
    </Dialog>
  );
}
