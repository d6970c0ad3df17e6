import { describe, expect, it } from "vitest";
import { completeCheckRun } from "../../../worker/github/complete-check-run.ts";
import { stubGitHub } from "./stub-github.ts";

const RUN_URL = "https://github.com/5dlabs/cto/actions/runs/815/job/12";
const delivery = (check_run: object, event = "check_run") => ({
	event,
	delivery_id: "d-1",
	payload: {
		action: "completed",
		check_run: {
			...{ id: 12, name: "lint", conclusion: "failure", app: { slug: "github-actions", id: 15368 } },
			...{ details_url: "https://ghe.test/5dlabs/cto/runs/12?check_suite_focus=true", ...check_run },
		},
		repository: { full_name: "5dlabs/cto" },
		installation: { id: 77 },
	},
});
const knowing = (html_url: string) =>
	stubGitHub(({ what }) => (what.endsWith("/actions/jobs/12") ? Response.json({ run_id: 815, html_url }) : undefined));

describe("completeCheckRun", () => {
	it("lets a check run of Actions name its run, by its job", async () => {
		const stub = knowing(RUN_URL);
		const told = delivery({});
		expect(await completeCheckRun(stub.github, told)).toEqual({
			...told,
			payload: { ...told.payload, check_run: { ...told.payload.check_run, details_url: RUN_URL } },
		});
		expect(stub.questions()).toEqual(["GET /repos/5dlabs/cto/actions/jobs/12"]);
	});

	it.each([
		["names its run itself", delivery({ details_url: RUN_URL })],
		["went well", delivery({ conclusion: "success" })],
		["is under way", delivery({ conclusion: null })],
		["is another App's", delivery({ app: { slug: "stitch" } })],
		["is no check run", delivery({}, "check_suite")],
	])("asks nobody about one that %s", async (_, told) => {
		const stub = knowing(RUN_URL);
		expect(await completeCheckRun(stub.github, told)).toBe(told);
		expect(stub.asked).toEqual([]);
	});

	it("leaves it as it is where GitHub cannot be asked, or does not know it", async () => {
		const told = delivery({});
		expect(await completeCheckRun(undefined, told)).toBe(told);
		expect(await completeCheckRun(stubGitHub(() => undefined).github, told)).toBe(told);
		expect(await completeCheckRun(knowing("https://ghe.test/").github, told)).toBe(told);
	});
});
