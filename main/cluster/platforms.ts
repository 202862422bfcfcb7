/** Chooses what runs the nodes of a profile: the one place where that is asked. */
import { containerPlatform } from './container-platform.ts';
import type { Platform } from './platform.ts';
import type { Profile } from './profile.ts';
import { simulatedPlatform } from './simulated/platform.ts';

const platforms: Record<Profile['runtime'], Platform> = { docker: containerPlatform, simulated: simulatedPlatform };

export const platformOf = (runtime: Profile['runtime']): Platform => platforms[runtime];
