import { clusters, engine, startCluster } from '../data/app-state.ts';
import { navigate } from '../data/route.ts';
import { useStore } from '../data/store.ts';
import { Button } from '../ui/controls.tsx';
import { Dialog } from '../ui/overlays.tsx';
import { ClusterForm } from './cluster-form.tsx';

const freeName = (taken: readonly string[]): string => {
  if (!taken.includes('skiff')) return 'skiff';
  let number = 2;
  while (taken.includes(`dev-${number}`)) number += 1;
  return taken.includes('dev') ? `dev-${number}` : 'dev';
};

export function NewClusterDialog({ onClose }: { onClose(): void }) {
  const known = useStore(clusters);
  return (
    <Dialog
      title="New cluster"
      label="New cluster"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="new-cluster">
            Start
          </Button>
        </>
      }
    >
      <p>A profile is a cluster of its own: its nodes, its data, its context.</p>
      <ClusterForm
        id="new-cluster"
        engine={useStore(engine)}
        name={freeName(known.map(({ profile }) => profile))}
        onSubmit={(profile, options) => {
          onClose();
          navigate({ context: profile === 'skiff' ? 'skiff' : `skiff-${profile}`, namespaces: [], page: 'overview' });
          void startCluster(profile, options);
        }}
      />
    </Dialog>
  );
}
