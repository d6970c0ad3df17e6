import { describe, expect, it } from "vitest";
import { observed } from "../../cli/observed.ts";
import { emptyFolder } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";
import { stubWorker } from "./stub-worker.ts";

const ENV = { HEALER_STATE_DIR: emptyFolder(), HEALER_READ_TOKENS: "r-1" };
const ROW = {
	...{ agent: "rex", rule: "row-1", failure_type: "rust_clippy", incidents: 20, agents: 12, green: 16 },
	...{ by_person: 15, by_bot: 0, by_rerun: 1, fixes: 15, in_named: 14, median_minutes: 42, suggest: "act" },
	...{ why: "14 of 15 were fixed by people in a file that the prompt named", incident_id: "0123" },
};

describe("observed", () => {
	it("is a report to act on", async () => {
		const { url, asked } = await stubWorker(() => ({ body: { observed: [ROW], more: false } }));
		const output = recordedOutput();
		expect(await observed({ url, since: "7d", limit: 50, repository: "acme/shop" }, ENV, output)).toBe(0);
		expect(asked).toEqual(["/api/observed?since=7d&limit=50&repository=acme%2Fshop"]);
		expect(output.lines).toEqual([
			"observed  agents  agent  rule   failure      green  by people  in a rerun  median",
			"20        12      rex    row-1  rust_clippy  16     15         1           42 min",
			"",
			"Switch on rust_clippy (rex): 14 of 15 were fixed by people in a file that the prompt named.",
		]);
	});

	it("says when nothing was, and what is wrong with a time", async () => {
		const none = recordedOutput();
		const { url } = await stubWorker(() => ({ body: { observed: [], more: false } }));
		expect(await observed({ url, since: "30d", limit: 50 }, ENV, none)).toBe(0);
		expect(none.lines).toEqual(["Nothing was observed (--since 30d)."]);
		const wrong = recordedOutput();
		const refusing = await stubWorker(() => ({ status: 400, body: { error: "since is a length of time such as 7d" } }));
		expect(await observed({ url: refusing.url, since: "soon", limit: 50 }, ENV, wrong)).toBe(2);
		expect(wrong.problems).toEqual(["since is a length of time such as 7d."]);
	});
});
