import type { DeliveryQuestion, ExplainedDelivery } from "../../pipeline/explain-delivery.ts";

/** What the page asks of the engine in its worker. */
export type EngineQuestion =
	| {
			/** What an edited pipeline would decide. */
			readonly kind: "explain";
			/** The text of `pipeline.yaml`. */
			readonly text: string;
			/** Templates and partials by name, which win over those that Healer ships. */
			readonly prompts: Readonly<Record<string, string>>;
			readonly question: DeliveryQuestion;
	  }
	| {
			/** How two artefacts, as the API exports them, differ. */
			readonly kind: "diff";
			readonly active: unknown;
			readonly next: unknown;
	  };

export type EngineAnswer =
	/** `warnings`: as one text, empty if there are none. */
	| { readonly kind: "explained"; readonly explained: ExplainedDelivery; readonly warnings: string }
	/** A unified diff; no lines if both decide alike. */
	| { readonly kind: "diff"; readonly lines: readonly string[] }
	/** `problem`: what is wrong with the pipeline, line by line, or why there is no answer. */
	| { readonly kind: "problem"; readonly problem: string };
