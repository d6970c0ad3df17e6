import { describe, expect, it, vi } from "vitest";
import { failedJob } from "../support/failed-job.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { fireCron, get, passTime, post, send } from "../support/worker.ts";

const GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
// SHA-256 of `delivery:72d3162e-cc78-11e3-81ab-4c9367dc0958`, its first 16 bytes.
const OF_DELIVERY = "60478b283ced6a2e79e1a1831a709e64";
const DELIVERY = "72d3162e-cc78-11e3-81ab-4c9367dc0958";

const run = {
	workflow_run: {
		...{
			id: 4711,
			name: "Controller CI",
			conclusion: "failure",
			html_url: "https://github.com/5dlabs/cto/actions/runs/4711",
		},
		...{ head_branch: "main", head_sha: "0123456789abcdef0123456789abcdef01234567" },
	},
	repository: { full_name: "5dlabs/cto" },
};

/** What the spawn request carries, in its three places. */
function carried({ body, traceparent }: { readonly body: string; readonly traceparent: string | null }) {
	const { metadata, spec } = JSON.parse(body).coderun;
	return [traceparent, metadata.annotations["healer/traceparent"], spec.env.TRACEPARENT];
}

describe("the trace of a delivery", () => {
	it("goes from GitHub's delivery to the log, the API and the CodeRun, and is the same for every send", async () => {
		const relay = stubRelay();
		const lines = vi.spyOn(console, "log");
		const first = await send(signedDelivery(failedJob({ run_id: 100 }), { delivery: DELIVERY }));
		// Of the same run: it has a trace of its own, but the incident keeps the first one.
		await send(signedDelivery(failedJob({ run_id: 100, job_id: 2 })));
		relay.answer = () => new Response("later", { status: 503 });
		await passTime();
		await fireCron();
		relay.answer = undefined;
		await passTime();
		await fireCron();
		await expect.poll(() => relay.made.length).toBe(1);

		const sent = relay.requests.map(carried);
		expect(sent.length).toBeGreaterThan(1);
		const [traceparent] = sent[0] ?? [];
		expect(traceparent).toMatch(new RegExp(`^00-${OF_DELIVERY}-[0-9a-f]{16}-01$`));
		expect(sent).toEqual(sent.map(() => [traceparent, traceparent, traceparent]));
		const { body } = await send(get(`/api/incidents/${first.body.incident_id}`));
		expect(body.trace_id).toBe(OF_DELIVERY);
		const logged = lines.mock.calls.map(([line]) => JSON.parse(String(line)));
		expect(logged).toContainEqual(
			expect.objectContaining({ message: "delivery accepted", delivery_id: DELIVERY, trace_id: OF_DELIVERY }),
		);
		expect(logged).toContainEqual(
			expect.objectContaining({ message: "incident processed", state: "running", trace_id: OF_DELIVERY }),
		);
	});

	it("is the sensor's, if that sends a valid one", async () => {
		const relay = stubRelay();
		await send(post("/api/remediate/ci-failure", run, { traceparent: GIVEN }));
		const [traceparent] = relay.requests.flatMap(carried);
		expect(traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-00$/);
		expect(traceparent).not.toContain("00f067aa0ba902b7");
	});

	it.each(["00-xyz", GIVEN.toUpperCase(), "$(TOKEN)"])("is made if the sensor's is %s", async (header) => {
		const relay = stubRelay();
		await send(post("/api/remediate/ci-failure", run, { traceparent: header, "x-github-delivery": DELIVERY }));
		const [traceparent] = relay.requests.flatMap(carried);
		expect(traceparent).toMatch(new RegExp(`^00-${OF_DELIVERY}-[0-9a-f]{16}-01$`));
	});

	it("is never taken from a header of a webhook, which nobody signs", async () => {
		stubRelay();
		const delivery = signedDelivery(failedJob({ run_id: 100 }), {
			delivery: DELIVERY,
			headers: { traceparent: GIVEN },
		});
		const { body } = await send(delivery);
		expect((await send(get(`/api/incidents/${body.incident_id}`))).body.trace_id).toBe(OF_DELIVERY);
	});
});
