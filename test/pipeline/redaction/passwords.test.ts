import { describe, expect, it } from "vitest";
import { redactText } from "../../../pipeline/redaction/redact-text.ts";

describe("a value under a password's name", () => {
	it.each([
		"\u0024{DB_PASSWORD}",
		"$DB_PASSWORD",
		"%DB_PASSWORD%",
		"\u0024{{ secrets.DB_PASSWORD }}",
		"{{ .Values.password }}",
		'os.environ["DB_PASSWORD"]',
		"***",
		"********",
		"<password>",
		"[REDACTED]",
		"getPassword()",
		'os.getenv("DB_PASSWORD")',
		"config.get(name(1))",
		"$(cat /run/password)",
		"string",
		"Option<String>",
		"str | None",
		"null",
	])("stays when it is exactly a variable, a mask, a whole call or a type: %s", (value) => {
		for (const line of [`password: ${value}`, `password = ${value}`]) expect(redactText(line)).toBe(line);
	});

	it.each([
		"$x4tqPmRw",
		"\u0024{a}b7tqPmRw",
		"$DB_x4tq",
		"#x4tqPmRw",
		"<x4tqPmRw",
		"[x4tqPmRw",
		"@x4tqPmRw",
		"%x4tqPmRw",
		"{{x4tqPmRw",
		"x4tq(PmRw",
		"x4tq(Pm)Rw",
		"***x4tq",
		"tr0ub4dor",
		"admin",
		"secret",
		"self.made7",
		"stringy",
	])("goes whatever it begins with or holds: %s", (value) => {
		expect(redactText(`DB_PASSWORD=${value}`)).toBe("DB_PASSWORD=[redacted: password]");
		expect(redactText(`{"password": "${value}"}`)).toBe('{"password": "[redacted: password]"}');
		expect(redactText(`  password: '${value}'`)).toBe("  password: '[redacted: password]'");
	});

	it.each([
		"password: incorrect",
		"Password: required.",
		"the password must be at least 8 characters",
		"      --proxy-pass <phrase> Pass phrase for the private key for HTTPS proxy",
		'error TS2345: "password" is not assignable',
		"cat password | base64",
		"match /(Token|Password|OAuth)/",
		"a || password || b",
		"if (user.password == other.password) return;",
	])("is no password in a sentence: %s", (line) => {
		expect(redactText(line)).toBe(line);
	});
});
