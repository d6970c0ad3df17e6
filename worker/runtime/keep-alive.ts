/** Lets an invocation live until work behind its answer is done; without work, nothing is held. */
export function keepAlive(ctx: ExecutionContext, work: Promise<unknown> | undefined): void {
	if (work !== undefined) ctx.waitUntil(work);
}
