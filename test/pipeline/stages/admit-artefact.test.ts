import { describe, expect, it } from "vitest";
import type { Artefact } from "../../../pipeline/artefact.ts";
import { artefactVersion } from "../../../pipeline/artefact-version.ts";
import { admitArtefact } from "../../../pipeline/stages/admit-artefact.ts";
import { smallArtefact } from "./small-artefact.ts";

function built(more: Partial<Artefact>): object {
	const { version: _, ...rest } = { ...smallArtefact, ...more };
	return { version: artefactVersion(rest), ...rest };
}

const green = { name: "green", on: "workflow_run", reports: "success" } as const;

describe("admitArtefact", () => {
	it("accepts an artefact whose expressions all parse", () => {
		const lifecycle = [{ ...green, when: "action = 'completed'", about: { branch: "workflow_run.head_branch" } }];
		expect(admitArtefact(built({ lifecycle }))).toMatchObject({ ok: true });
	});

	it.each([
		{ ...green, when: "action = ", about: {} },
		{ ...green, about: { workflow: { name: "action = " } } },
	])("refuses an expression under `lifecycle` that does not parse: %j", (entry) => {
		expect(admitArtefact(built({ lifecycle: [entry] }))).toMatchObject({
			ok: false,
			reason: expect.stringContaining("`action = ` does not parse"),
		});
	});
});
