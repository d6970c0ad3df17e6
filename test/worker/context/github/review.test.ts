import { describe, expect, it } from "vitest";
import { sampleId, unnamedIncident } from "../../support/sample-incident.ts";
import { stubSources } from "./github-answers.ts";

const SHA = "1111111111111111111111111111111111111111";
const review = (more: object) =>
	unnamedIncident({ id: sampleId(1), repository: "5dlabs/cto", kind: "review", head_sha: SHA, pr_number: 4, ...more });
const comment = (more: object) => ({ path: "src/lib.rs", line: 12, body: "This may panic.", ...more });

describe("github.review", () => {
	it("lists the comments on lines, with what they suggest, and leaves out replies", async () => {
		const { ask, stub } = stubSources(review({ review_id: 80 }), {
			"GET pulls/4/reviews/80/comments?per_page=100": [
				comment({
					body: "Use `?` here:\n\n```suggestion\nlet n = parse(s)?;\n```\n",
					html_url: "https://github.com/r1",
				}),
				comment({ line: null, original_line: 7, path: "src/main.rs", body: "Unused." }),
				comment({ body: "Done, thanks.", in_reply_to_id: 9 }),
			],
		});
		expect(await ask("github.review")).toEqual({
			status: "ok",
			data: {
				findings: [
					{
						path: "src/lib.rs",
						line: 12,
						text: "Use `?` here:",
						suggestion: "let n = parse(s)?;",
						url: "https://github.com/r1",
					},
					{ path: "src/main.rs", line: 7, text: "Unused." },
				],
			},
		});
		expect(stub.questions()).toEqual(["GET /repos/5dlabs/cto/pulls/4/reviews/80/comments?per_page=100"]);
	});

	it("has no finding where there are only replies", async () => {
		const { ask } = stubSources(review({ review_id: 80 }), {
			"GET pulls/4/reviews/80/comments?per_page=100": [comment({ in_reply_to_id: 9 })],
		});
		expect(await ask("github.review")).toEqual({ status: "empty" });
	});

	it("is for a pressed button what its App found on that commit", async () => {
		const { ask } = stubSources(review({ app: "5dlabs-stitch", command: { name: "fix" } }), {
			"GET pulls/4/reviews?per_page=100": [
				{ id: 70, commit_id: "2222222222222222222222222222222222222222", user: { login: "5dlabs-stitch[bot]" } },
				{ id: 71, commit_id: SHA, user: { login: "mallory" } },
				{ id: 72, commit_id: SHA, user: { login: "5dlabs-stitch[bot]" } },
			],
			"GET pulls/4/reviews/72/comments?per_page=100": [comment({})],
		});
		expect(await ask("github.review")).toEqual({
			status: "ok",
			data: { findings: [{ path: "src/lib.rs", line: 12, text: "This may panic." }] },
		});
	});

	it("says that comments are missing when there are more than a page", async () => {
		const { ask } = stubSources(review({ review_id: 80 }), {
			"GET pulls/4/reviews/80/comments?per_page=100": Array.from({ length: 100 }, () => comment({})),
		});
		expect(await ask("github.review")).toMatchObject({
			status: "ok",
			incomplete: "only the first 100 comments of a review are here",
		});
	});

	it("fails where GitHub does not show it", async () => {
		const { ask } = stubSources(review({ review_id: 80 }), {});
		expect(await ask("github.review")).toMatchObject({ status: "failed" });
	});
});
