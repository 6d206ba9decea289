// Loaded ahead of every program that the demonstration starts. Its standard input is a pipe that only the starter holds:
// when the starter is gone, even killed, the pipe ends, and the program stops in order as if it were told to.
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.on('error', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.resume();
if ('unref' in process.stdin && typeof process.stdin.unref === 'function') process.stdin.unref();
