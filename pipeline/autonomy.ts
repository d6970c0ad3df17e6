/** How far Healer may go by itself: only decide, ask a person first, or act. */
export const AUTONOMY_LEVELS = ["observe", "approve", "act"] as const;
export type AutonomyLevel = (typeof AUTONOMY_LEVELS)[number];

/** What a decision may lead to. */
export interface Autonomy {
	readonly level: AutonomyLevel;
	/** The rule under `autonomy`, by its number; null: none applies. */
	readonly rule: string | null;
	/** How long a person's approval is waited for, in seconds. */
	readonly expires_s: number;
}

/** Where no rule applies. */
export const ACT: Autonomy = { level: "act", rule: null, expires_s: 0 };
