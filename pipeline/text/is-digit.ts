/** Whether a UTF-16 unit is one of 0 to 9. */
export function isDigit(unit: number): boolean {
	return unit >= 0x30 && unit <= 0x39;
}
