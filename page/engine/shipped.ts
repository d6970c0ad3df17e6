import type { Shipped } from "./answer-question.ts";

/** Set when the page is bundled (cli/hub/page-bundle.ts). */
declare const SHIPPED_SOURCES: Shipped;

/** The packs and prompts that Healer ships. */
export const shipped: Shipped = SHIPPED_SOURCES;
