/** `node test/images/fetch.ts`: downloads what the images are made of, for a later build without a network. */
import { packageCache } from './build.ts';
import { fetchPackages } from './pool.ts';
import { recipes } from './recipes.ts';

const names = new Set(recipes.flatMap((recipe) => recipe.packages));
fetchPackages([...names], packageCache, (line) => console.log(line));
