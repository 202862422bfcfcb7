/** Updates. This build has no address to ask about updates, and says so instead of pretending to have looked. */
import { dialog } from 'electron';

export async function checkForUpdates(version: string): Promise<void> {
  await dialog.showMessageBox({
    type: 'info',
    message: `This is Skiff ${version}`,
    detail: 'This build cannot look for updates by itself. Look for a newer version where you got this one.',
    buttons: ['OK'],
  });
}
