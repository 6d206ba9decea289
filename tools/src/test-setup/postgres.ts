import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Numeric id of the conventional unprivileged user: PostgreSQL refuses to run as root. */
const unprivilegedId = 65534;

export interface PostgresCluster {
  /** Address of a database on the cluster, by its socket. */
  url(database: string): string;
  /** Ends it at once, as a power cut would end it, and starts it again. */
  crash(): Promise<void>;
  stop(): void;
}

export interface ClusterOptions {
  /** `durable` waits for the disk, as in production; the default does not, since tests throw the cluster away. */
  readonly disk?: 'durable' | undefined;
  /** Lines of postgresql.conf. */
  readonly settings?: readonly string[] | undefined;
}

/**
 * Starts a PostgreSQL of its own in a temporary folder, reachable by a socket there and nowhere else. As root it runs as an
 * unprivileged user.
 *
 * @param programs  folder of initdb and pg_ctl, from `postgresPrograms()`
 */
export async function startPostgres(programs: string, options: ClusterOptions = {}): Promise<PostgresCluster> {
  const folder = mkdtempSync(path.join(tmpdir(), 'onelock-pg-'));
  const data = path.join(folder, 'data');
  const asRoot = process.getuid?.() === 0;
  if (asRoot) chownSync(folder, unprivilegedId, unprivilegedId);
  // Clients of the tests run as whoever runs them.
  chmodSync(folder, 0o755);
  const as = asRoot ? { uid: unprivilegedId, gid: unprivilegedId } : {};
  const spawning = { ...as, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', HOME: folder } };
  const program = (name: string): string => path.join(programs, name);
  await run(
    program('initdb'),
    [
      ...['-D', data, '-U', 'onelock', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-instructions'],
      ...(options.disk === 'durable' ? [] : ['--no-sync']),
    ],
    spawning,
  );
  const quick = ['fsync = off', 'full_page_writes = off', 'autovacuum_naptime = 10min'];
  appendFileSync(
    path.join(data, 'postgresql.conf'),
    [
      ...["listen_addresses = ''", `unix_socket_directories = '${folder}'`, 'max_connections = 200'],
      ...['shared_buffers = 64MB', 'jit = off', 'max_wal_size = 512MB'],
      ...(options.disk === 'durable' ? [] : quick),
      ...(options.settings ?? []),
      '',
    ].join('\n'),
  );
  const control = (...args: readonly string[]): readonly string[] => ['-D', data, '-s', '-w', '-t', '60', ...args];
  const start = async (): Promise<void> => {
    // Not by pipes: the server would hold them open.
    execFileSync(program('pg_ctl'), [...control('-l', path.join(folder, 'log')), 'start'], {
      ...spawning,
      stdio: 'ignore',
    });
  };
  await start();
  return {
    url: (database) => `postgres://onelock@localhost/${database}?host=${encodeURIComponent(folder)}`,
    async crash() {
      spawnSync(program('pg_ctl'), [...control('-m', 'immediate'), 'stop'], { ...spawning, stdio: 'ignore' });
      await start();
    },
    stop() {
      spawnSync(program('pg_ctl'), [...control('-m', 'immediate'), 'stop'], { ...spawning, stdio: 'ignore' });
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
