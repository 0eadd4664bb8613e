import { join } from 'node:path';
import { main } from '../main.ts';

/** What the supervisor forks: no look at the packages, since those of a running studio must not change. */
process.exit(await main(join(import.meta.dirname, '../..'), process.argv.slice(2)));
