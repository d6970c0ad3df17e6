import { describe, expect, it } from "vitest";
import { createGitHub } from "../../../worker/github/create-github.ts";
import { createLog } from "../../../worker/log.ts";
import { stubGitHub } from "./stub-github.ts";

const CTO = { owner: "5dlabs", repo: "cto" };
const OF = { repository: "5dlabs/cto", installation_id: 77 };
const PULL = { ...CTO, pull_number: 4 };
const PULL_ROUTE = "GET /repos/{owner}/{repo}/pulls/{pull_number}";

describe("createGitHub", () => {
	it("is nothing where no App is named", () => {
		const tools = { fetch, now: () => 0, log: createLog({}, () => undefined) };
		expect(createGitHub({}, tools)).toBeUndefined();
		expect(createGitHub({ GITHUB_APP_ID: " ", GITHUB_API_URL: "https://ghe.test/api/v3" }, tools)).toBeUndefined();
	});

	it("asks with the installation's token, which it gets once", async () => {
		const stub = stubGitHub(({ what }) => (what.includes("/pulls/4") ? Response.json({ number: 4 }) : undefined));
		const first = await stub.github.asInstallation(OF, PULL_ROUTE, PULL);
		const second = await stub.github.asInstallation(OF, PULL_ROUTE, PULL);
		expect(first).toMatchObject({ ok: true, status: 200, value: { number: 4 } });
		expect(second.ok).toBe(true);
		expect(stub.asked.map(({ what }) => what)).toEqual([
			"POST /app/installations/77/access_tokens",
			"GET /repos/5dlabs/cto/pulls/4",
			"GET /repos/5dlabs/cto/pulls/4",
		]);
		const [token, pull] = stub.asked;
		expect(token?.headers.get("authorization")).toMatch(/^bearer ey[\w-]+\.[\w-]+\.[\w-]+$/);
		expect(pull?.headers.get("authorization")).toBe("token ghs_of_77");
		expect(pull?.headers.get("user-agent")).toMatch(/^healer /);
		expect(pull?.headers.get("x-github-api-version")).toBe("2022-11-28");
		expect(pull?.host).toBe("api.github.com");
	});
});
