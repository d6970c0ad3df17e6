/** Whether a rule's agent is chosen by an expression, such as `$owner($failure.category)`. */
export function isChoice(agent: string): boolean {
	return agent.startsWith("$");
}
