/**
 * An RSA key in PKCS#1, as GitHub hands out its Apps' keys, in the PKCS#8 form that Web Crypto takes: the same bytes
 * behind the header that names the algorithm (RFC 5208 section 5, RFC 8017 appendix A.1).
 */
export function pkcs8OfPkcs1(pkcs1: Uint8Array): Uint8Array<ArrayBuffer> {
	return der(SEQUENCE, [VERSION_0, RSA_ENCRYPTION, der(OCTET_STRING, [pkcs1])]);
}

/** In PKCS#1 the modulus follows the version, an INTEGER; in PKCS#8 the algorithm does, a SEQUENCE. */
export function isPkcs1(key: Uint8Array): boolean {
	const [tag, length = 0] = key;
	const start = 2 + (length > 0x80 ? length - 0x80 : 0);
	return tag === SEQUENCE && key[start + VERSION_0.length] === INTEGER;
}

const INTEGER = 0x02;
const SEQUENCE = 0x30;
const OCTET_STRING = 0x04;
const VERSION_0 = Uint8Array.of(0x02, 0x01, 0x00);
/** `SEQUENCE { OBJECT IDENTIFIER 1.2.840.113549.1.1.1, NULL }`. */
const RSA_ENCRYPTION = Uint8Array.of(
	...[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00],
);

/** One element of DER: its tag, its length, its parts one after another. */
function der(tag: number, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const length = parts.reduce((sum, part) => sum + part.length, 0);
	return Uint8Array.of(tag, ...lengthOctets(length), ...parts.flatMap((part) => [...part]));
}

/** Up to 127 as it is, more as the count of the octets that follow, largest first. */
function lengthOctets(length: number): readonly number[] {
	if (length < 0x80) return [length];
	const octets: number[] = [];
	for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
	return [0x80 + octets.length, ...octets];
}
