/** Asked before something that was typed is lost. */
import { Button } from './controls.tsx';
import { openDialog } from './dialogs.ts';
import { Dialog } from './overlays.tsx';

interface DiscardProps {
  what: string;
  onDiscard(): void;
  onClose(): void;
}

function DiscardDialog({ what, onDiscard, onClose }: DiscardProps) {
  const discard = () => {
    onClose();
    onDiscard();
  };
  return (
    <Dialog
      title="Discard changes?"
      label="Discard changes?"
      onClose={onClose}
      foot={
        <>
          <Button look="danger" onClick={discard}>
            Discard
          </Button>
          <Button look="primary" onClick={onClose}>
            Keep editing
          </Button>
        </>
      }
    >
      <p>
        What you changed in <strong>{what}</strong> is not saved.
      </p>
    </Dialog>
  );
}

export const askToDiscard = (what: string, onDiscard: () => void): void =>
  openDialog((close) => <DiscardDialog what={what} onDiscard={onDiscard} onClose={close} />);
