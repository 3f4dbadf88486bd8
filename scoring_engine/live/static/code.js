// The last resort: events as a code that a person shows or reads out at the organizer's desk. Cut into parts that a camera can
// read; each part names its number, how many there are, and a checksum of the whole.

const PART = 600;
const SIGN = "SE1";

export function checksum(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (~sum >>> 0).toString(16).padStart(8, "0");
}

async function through(stream, bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

/** The parts of the code of a text. */
export async function pack(text) {
  const plain = new TextEncoder().encode(text);
  const small = globalThis.CompressionStream ? await through(new CompressionStream("deflate-raw"), plain) : null;
  const bytes = small ?? plain;
  const body = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const count = Math.max(1, Math.ceil(body.length / PART));
  const sum = checksum(plain);
  return Array.from({ length: count }, (_, i) =>
    [SIGN, small ? "z" : "p", `${i + 1}-${count}`, sum, body.slice(i * PART, (i + 1) * PART)].join("."),
  );
}

/** The text of a code, from its parts in any order, or {missing: [part numbers]}; throws where it is none. */
export async function unpack(entered) {
  const parts = new Map();
  let count = 0, how = "", sum = "";
  for (const word of entered.split(/\s+/).filter(Boolean)) {
    const found = /^SE1\.([zp])\.(\d+)-(\d+)\.([0-9a-f]{8})\.([\w-]+)$/.exec(word);
    if (!found || (sum && found[4] !== sum)) throw new SyntaxError(word.slice(0, 24));
    [, how, , , sum] = found;
    count = Number(found[3]);
    parts.set(Number(found[2]), found[5]);
  }
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  const missing = numbers.filter((number) => !parts.has(number));
  if (missing.length || !count) return { missing, count };
  const body = numbers.map((number) => parts.get(number)).join("").replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
  const plain = how === "z" ? await through(new DecompressionStream("deflate-raw"), bytes) : bytes;
  if (checksum(plain) !== sum) throw new SyntaxError(sum);
  return { text: new TextDecoder().decode(plain) };
}
