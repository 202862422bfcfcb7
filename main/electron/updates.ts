/** Updates. This build is not told of any place that announces them, and says so rather than pretend to have looked. */
import { dialog } from 'electron';

export async function checkForUpdates(version: string): Promise<void> {
  await dialog.showMessageBox({
    type: 'info',
    message: `This is Skiff ${version}`,
    detail: 'This build knows no place to look for updates. Look for a newer version where you got this one.',
    buttons: ['OK'],
  });
}
