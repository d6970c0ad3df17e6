import type { Env, Wakeup } from "../env.ts";
import type { JournalObject } from "./journal-object.ts";
import { objectJournal } from "./object-journal.ts";

export { JournalObject } from "./journal-object.ts";

type LocalEnv = Omit<Env, "JOURNAL"> & { readonly JOURNAL_OBJECT: DurableObjectNamespace<JournalObject> };

/** The same worker with a Durable Object as its journal. */
export function onObjectJournal(worker: ExportedHandler<Env, Wakeup>): ExportedHandler<LocalEnv, Wakeup> {
	const { fetch, queue, scheduled } = worker;
	let own: Env | undefined;
	// One for the life of the isolate, as its bindings are: the worker remembers things about its journal.
	const envOf = (env: LocalEnv) => (own ??= { ...env, JOURNAL: objectJournal(env.JOURNAL_OBJECT) });
	return {
		...(fetch && { fetch: (request, env, ctx) => fetch(request, envOf(env), ctx) }),
		...(queue && { queue: (batch, env, ctx) => queue(batch, envOf(env), ctx) }),
		...(scheduled && { scheduled: (controller, env, ctx) => scheduled(controller, envOf(env), ctx) }),
	};
}
