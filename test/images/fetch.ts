/** `node test/images/fetch.ts`: brings what the images are made of, for whoever makes them where there is no network. */
import { packageCache } from './build.ts';
import { fetchPackages } from './pool.ts';
import { recipes } from './recipes.ts';

const names = new Set(recipes.flatMap((recipe) => recipe.packages));
fetchPackages([...names], packageCache, (line) => console.log(line));
