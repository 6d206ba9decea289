// npm run demo [-- --json]: the journeys of the demonstration in the terminal; exits 0 when all went as it must.
import { runNode } from './checkout.ts';

process.exit(runNode(['--conditions=onelock-source', 'demo/src/walk.ts', ...process.argv.slice(2)]));
