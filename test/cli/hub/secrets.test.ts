import { statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readOrMakeSecrets } from "../../../cli/state/secrets.ts";
import { readSecrets } from "../../../wire/secret.ts";
import { emptyFolder } from "../pipeline-folder.ts";

const file = () => path.join(emptyFolder(), "secrets.env");

describe("readOrMakeSecrets", () => {
	it("generates each once, readable only by its owner", async () => {
		const kept = file();
		const first = await readOrMakeSecrets({}, kept);
		expect(first.made).toEqual(["GITHUB_WEBHOOK_SECRET", "HEALER_API_TOKEN", "HEALER_WIRE_SECRETS"]);
		expect(statSync(kept).mode & 0o777).toBe(0o600);
		const second = await readOrMakeSecrets({}, kept);
		expect(second).toEqual({ values: first.values, tokens: {}, made: [], kept: first.made });
	});

	it("generates different ones in another folder", async () => {
		const [one, other] = [await readOrMakeSecrets({}, file()), await readOrMakeSecrets({}, file())];
		expect(one.values.GITHUB_WEBHOOK_SECRET).not.toBe(other.values.GITHUB_WEBHOOK_SECRET);
		expect(one.values.GITHUB_WEBHOOK_SECRET).toMatch(/^[0-9a-f]{64}$/);
	});

	it("generates a valid wire secret", async () => {
		const { values } = await readOrMakeSecrets({}, file());
		expect(readSecrets(values.HEALER_WIRE_SECRETS)).toHaveLength(1);
	});

	it("prefers the environment, and never writes its values to the file", async () => {
		const kept = file();
		const { values, made } = await readOrMakeSecrets({ GITHUB_WEBHOOK_SECRET: "given by the user" }, kept);
		expect(values.GITHUB_WEBHOOK_SECRET).toBe("given by the user");
		expect(made).toEqual(["HEALER_API_TOKEN", "HEALER_WIRE_SECRETS"]);
		expect((await readOrMakeSecrets({}, kept)).made).toEqual(["GITHUB_WEBHOOK_SECRET"]);
	});

	it("generates no token with fewer rights, and takes those of the environment and the file", async () => {
		const kept = file();
		writeFileSync(kept, 'HEALER_READ_TOKENS="new old"\nHEALER_ADMIN_TOKENS="of the file"\n');
		const { tokens, made } = await readOrMakeSecrets({ HEALER_ADMIN_TOKENS: "of the environment" }, kept);
		expect(tokens).toEqual({ HEALER_READ_TOKENS: "new old", HEALER_ADMIN_TOKENS: "of the environment" });
		expect(made).toEqual(["GITHUB_WEBHOOK_SECRET", "HEALER_API_TOKEN", "HEALER_WIRE_SECRETS"]);
	});

	it("generates what an edited file lacks, and keeps the rest", async () => {
		const kept = file();
		writeFileSync(kept, 'HEALER_API_TOKEN="mine"\n');
		const { values, made } = await readOrMakeSecrets({}, kept);
		expect(values.HEALER_API_TOKEN).toBe("mine");
		expect(made).toEqual(["GITHUB_WEBHOOK_SECRET", "HEALER_WIRE_SECRETS"]);
		expect((await readOrMakeSecrets({}, kept)).values).toEqual(values);
	});
});
