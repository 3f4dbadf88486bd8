// Exact numbers: fractions of whole numbers. No mark passes through a float.

const gcd = (a, b) => (b ? gcd(b, a % b) : a < 0n ? -a : a);
const make = (top, bottom) => {
  const shared = gcd(top, bottom) || 1n;
  return { top: top / shared, bottom: bottom / shared };
};

/** "9.50", "-3" or "1/3" as a fraction; null where the text is no number. */
export function parse(text) {
  const found = /^\s*(-?)(\d*)(?:\.(\d*))?(?:\/(\d+))?\s*$/.exec(text ?? "");
  if (!found || !(found[2] || found[3])) return null;
  const [, sign, whole, part = "", under = "1"] = found;
  const top = BigInt((whole || "0") + part);
  return BigInt(under) ? make(sign ? -top : top, 10n ** BigInt(part.length) * BigInt(under)) : null;
}

export const add = (a, b) => make(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom);
export const sub = (a, b) => add(a, { top: -b.top, bottom: b.bottom });
export const mul = (a, b) => make(a.top * b.top, a.bottom * b.bottom);
export const div = (a, b) => (b.top < 0n ? make(-a.top * b.bottom, a.bottom * -b.top) : make(a.top * b.bottom, a.bottom * b.top));
export const compare = (a, b) => {
  const apart = a.top * b.bottom - b.top * a.bottom;
  return apart < 0n ? -1 : apart > 0n ? 1 : 0;
};
export const whole = (a) => a.bottom === 1n;

/** The fraction as a decimal: all its digits where it has an end within `places`, else rounded half up to them. */
export function text(a, places = 4) {
  const scale = 10n ** BigInt(places);
  const negative = a.top < 0n;
  const size = negative ? -a.top : a.top;
  const scaled = (2n * size * scale + a.bottom) / (2n * a.bottom);
  const digits = scaled.toString().padStart(places + 1, "0");
  const part = places ? digits.slice(-places).replace(/0+$/, "") : "";
  return (negative && scaled ? "-" : "") + digits.slice(0, digits.length - places) + (part && "." + part);
}

/** Why a mark cannot be given: "number", "low", "high", "step"; "" where it can. */
export function fault(mark, { low, high, step }) {
  const value = parse(mark);
  if (!value || mark.includes("/")) return "number";
  if (low !== null && low !== undefined && compare(value, parse(low)) < 0) return "low";
  if (high !== null && high !== undefined && compare(value, parse(high)) > 0) return "high";
  if (step && !whole(div(sub(value, parse(low ?? "0")), parse(step)))) return "step";
  return "";
}
