import { describe, expect, it } from "vitest";
import { type Evidence, suggestRoute } from "../../../../worker/api/insights/suggest-route.ts";

const of = (was: Evidence["was"], failure_type: string, workflow: string | null, repository = "acme/a"): Evidence => ({
	...{ was, failure_type, workflow, repository },
});

describe("suggestRoute", () => {
	it("takes the failure type if that tells the wrong ones from the right ones", () => {
		const known = [
			of("wrong", "docker_build", "CI"),
			of("wrong", "docker_build", "Image"),
			of("right", "rust_test", "CI"),
		];
		expect(suggestRoute("bolt", known)?.when).toBe("$failure.type = 'docker_build'");
	});

	it("takes the workflow, or the repository, where that tells more", () => {
		const right = [of("right", "rust_test", "CI"), of("right", "rust_build", "CI")];
		const byWorkflow = [of("wrong", "rust_test", "Image"), of("wrong", "rust_build", "Image"), ...right];
		expect(suggestRoute("bolt", byWorkflow)).toEqual({
			...{ name: "bolt-image", agent: "bolt", when: "workflow.name = 'Image'" },
		});
		const byRepository = [
			of("wrong", "rust_test", "CI", "acme/infra"),
			of("wrong", "rust_build", "CI", "acme/infra"),
			...right,
		];
		expect(suggestRoute("bolt", byRepository)?.when).toBe("repository = 'acme/infra'");
	});

	it("joins two of them where neither is enough", () => {
		const known = [
			...[of("wrong", "rust_test", "Image"), of("wrong", "rust_test", "Image")],
			...[of("right", "rust_test", "CI"), of("right", "rust_build", "Image"), of("right", "rust_test", "CI")],
		];
		expect(suggestRoute("bolt", known)).toEqual({
			...{ name: "bolt-rust-test-image", agent: "bolt" },
			when: "$failure.type = 'rust_test' and workflow.name = 'Image'",
		});
	});

	it("does not take the type of unknown failures, nor a name that a text cannot hold", () => {
		expect(suggestRoute("bolt", [of("wrong", "general", "It's")])?.when).toBe("repository = 'acme/a'");
		expect(suggestRoute("bolt", [of("wrong", "general", "x\\", "a'b")])).toBeUndefined();
	});

	it("has none where the rule was right as often", () => {
		expect(suggestRoute("bolt", [of("wrong", "rust_test", "CI"), of("right", "rust_test", "CI")])).toBeUndefined();
		expect(suggestRoute("bolt", [])).toBeUndefined();
	});
});
