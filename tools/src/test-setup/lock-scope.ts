/** Test files run side by side with tokens of one and the same number: each worker's locks are its own. */
process.env.ONELOCK_LOCK_SCOPE ??= `test-${process.pid}`;
