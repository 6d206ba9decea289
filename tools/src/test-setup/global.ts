/** Prepares what every test run shares. Returns nothing to undo. */
export default function setup(): void {
  process.env.TZ = 'UTC';
}
