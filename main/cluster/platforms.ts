/** The one place that chooses what runs a profile's nodes. */
import { containerPlatform } from './container-platform.ts';
import type { Platform } from './platform.ts';
import type { Profile } from './profile.ts';
import { simulatedPlatform } from './simulated/platform.ts';

const platforms: Record<Profile['runtime'], Platform> = { docker: containerPlatform, simulated: simulatedPlatform };

export const platformOf = (runtime: Profile['runtime']): Platform => platforms[runtime];
