import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { IncidentRow } from "../../../worker/journal/incidents.ts";
import type { PastAttempt } from "../../../worker/journal/remediations.ts";
import { escalationText } from "../../../worker/remediation/escalation-text.ts";
import { failedJob } from "../../worker/support/failed-job.ts";
import { sampleId, sampleIncident } from "../../worker/support/sample-incident.ts";
import { signedDelivery } from "../../worker/support/signed-delivery.ts";
import { get, send } from "../../worker/support/worker.ts";

const OURS = "https://github.com/5dlabs/cto/actions/runs/1";
/** The address of a status or a check is its sender's to choose. */
const HOSTILE = [
	"https://evil.test/login",
	"https://github.com.evil.test/5dlabs/cto",
	"https://github.com@evil.test/5dlabs/cto",
	"https://evil.test/https://github.com/5dlabs/cto",
	"http://github.com/5dlabs/cto",
	"//evil.test",
	"javascript:alert(1)",
];

describe("an address that somebody else chose", () => {
	it.each(HOSTILE)("is code in our comments, and no link: %s", (url) => {
		const { body } = escalation(url);
		expect(body.match(/<[^!>][^>]*>|\]\(/g)).toBe(null);
		expect(body).toContain(`- Link: \` ${url} \``);
		expect(body).toContain(`; \` ${url} \``);
	});

	it("is a link where it is on the repository's own host", () => {
		expect(escalation(OURS).body).toContain(`- Link: <${OURS}>`);
	});
});

describe("a repository on an Enterprise Server", () => {
	it.each([
		["https://ghe.corp.example/api/v3", "https://ghe.corp.example/5dlabs/cto"],
		["https://api.acme.ghe.com", "https://acme.ghe.com/5dlabs/cto"],
		["https://api.github.com", "https://github.com/5dlabs/cto"],
		[undefined, "https://github.com/5dlabs/cto"],
	])("is linked there and not on github.com, where a stranger may have that name: %s", async (api, url) => {
		const { body } = await send(signedDelivery(failedJob()));
		const variables = api === undefined ? {} : { GITHUB_API_URL: api };
		const shown = await send(get(`/api/incidents/${body.incident_id}`), { ...env, ...variables });
		expect(shown.body.repository_url).toBe(url);
	});
});

function escalation(url: string) {
	const row = { id: sampleId(1), event: "status", branch: "main", failure_type: null, reason: "red" };
	const attempt = { attempt: 1, agent: "rex", refused: null, pull_request: null, pull_request_url: url };
	const ci = { ci_summary: "CI failed", ci_url: url, message: null, result: "ci_still_failing", outcome: "Succeeded" };
	const attempts = [{ ...attempt, ...ci }] as unknown as readonly PastAttempt[];
	return escalationText(row as IncidentRow, sampleIncident({ id: sampleId(1), url }), attempts, "https://github.com");
}
