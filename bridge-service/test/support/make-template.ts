// Run by postgres-cluster.ts as a program, with the sources' condition: brings the database at argv[2] to the latest migration.
import { openDatabase } from '../../src/repositories/engine/open-database.ts';

const [, , url = ''] = process.argv;
await (await openDatabase({ engine: 'postgres', url })).destroy();
