/** What each package may import of the others. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
	pipeline: [],
	wire: [],
	worker: ["pipeline", "wire"],
	relay: ["wire"],
	page: ["pipeline", "wire", "worker"],
	cli: ["pipeline", "wire", "worker", "relay"],
};

/**
 * The worker's floors, from the roof to the ground: a room imports only from rooms below it. A new file at the worker's
 * root needs a floor here.
 */
export const WORKER_FLOORS: readonly string[] = [
	"demo-worker.ts",
	"local/",
	"index.ts",
	"router.ts",
	"jobs/",
	"consume-messages.ts",
	"api/",
	"ingest/",
	"commands/",
	"dispatch/",
	"remediation/",
	"notifications/",
	"create-effects.ts",
	"effects.ts",
	"engine.ts",
	"published-pipeline.ts",
	"context/",
	"github/",
	"relay/",
	"http/",
	"log.ts",
	"journal/",
	"runtime/",
	"env.ts",
	"artefact.d.ts",
	"node-zlib.d.ts",
];
