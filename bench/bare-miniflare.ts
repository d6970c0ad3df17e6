import { convertV4MiniflareOptions, Miniflare } from "miniflare";

/** A worker of one line: the least that a local hub can take to start. Prints `ready` after its first answer. */
const miniflare = new Miniflare(
	convertV4MiniflareOptions({
		modules: true,
		script: 'export default { fetch: () => new Response("ok") };',
		cf: false,
		telemetry: { enabled: false },
	}),
);
const response = await fetch(await miniflare.ready);
await response.text();
process.once("SIGTERM", async () => {
	await miniflare.dispose();
	process.exit();
});
console.log("ready");
