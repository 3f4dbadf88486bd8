// QR codes (ISO/IEC 18004), byte mode, error correction M, drawn in the page: secrets and unsent marks need no server for it.

const ECC = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28, 28];
const BLOCKS = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29];
const LARGEST = BLOCKS.length - 1;

/** The modules of the code of a text: rows of booleans, true is dark. `mask` is for tests; the best one is chosen. */
export function modules(text, mask = -1) {
  const bytes = new TextEncoder().encode(text);
  let version = 1;
  while (version <= LARGEST && room(version) < 4 + (version < 10 ? 8 : 16) + 8 * bytes.length) version++;
  if (version > LARGEST) throw new RangeError(`${bytes.length} bytes do not fit into a code`);
  const grid = new Grid(version);
  grid.place(interleaved(version, codewords(version, bytes)));
  return grid.masked(mask);
}

/** The code as an SVG element with a quiet zone of four modules. */
export function svg(text, words) {
  const rows = modules(text);
  const size = rows.length + 8;
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", `0 0 ${size} ${size}`);
  drawing.setAttribute("class", "qr");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", words);
  drawing.setAttribute("shape-rendering", "crispEdges");
  const ground = document.createElementNS(space, "rect");
  ground.setAttribute("width", size);
  ground.setAttribute("height", size);
  ground.setAttribute("fill", "#fff");
  const path = document.createElementNS(space, "path");
  const runs = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : "")));
  path.setAttribute("d", runs.join(""));
  path.setAttribute("fill", "#000");
  drawing.append(ground, path);
  return drawing;
}

/** Modules that carry bits. */
function raw(version) {
  let bits = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const count = Math.floor(version / 7) + 2;
    bits -= (25 * count - 10) * count - 55;
    if (version >= 7) bits -= 36;
  }
  return bits;
}

/** Bits of data that a version holds. */
function room(version) {
  return 8 * (Math.floor(raw(version) / 8) - ECC[version] * BLOCKS[version]);
}

function codewords(version, bytes) {
  const bits = [];
  const push = (value, length) => {
    for (let i = length - 1; i >= 0; i--) bits.push((value >>> i) & 1);
  };
  push(4, 4);
  push(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) push(byte, 8);
  const total = room(version);
  push(0, Math.min(4, total - bits.length));
  push(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < total; pad ^= 0xec ^ 0x11) push(pad, 8);
  const words = new Uint8Array(bits.length / 8);
  bits.forEach((bit, i) => (words[i >> 3] |= bit << (7 - (i & 7))));
  return words;
}

// The field of 256 elements over x^8 + x^4 + x^3 + x^2 + 1.
function times(a, b) {
  let product = 0;
  for (let i = 7; i >= 0; i--) product = ((product << 1) ^ ((product >>> 7) * 0x11d)) ^ (((b >>> i) & 1) * a);
  return product & 255;
}

function divisor(degree) {
  const result = new Uint8Array(degree);
  result[degree - 1] = 1;
  let root = 1;
  for (let i = 0; i < degree; i++) {
    for (let j = 0; j < degree; j++) {
      result[j] = times(result[j], root);
      if (j + 1 < degree) result[j] ^= result[j + 1];
    }
    root = times(root, 2);
  }
  return result;
}

function remainder(words, by) {
  const result = new Array(by.length).fill(0);
  for (const word of words) {
    const factor = word ^ result.shift();
    result.push(0);
    by.forEach((coefficient, i) => (result[i] ^= times(coefficient, factor)));
  }
  return result;
}

/** Data and correction words of all blocks in the order in which they are drawn. */
function interleaved(version, words) {
  const blocks = BLOCKS[version], length = ECC[version];
  const total = Math.floor(raw(version) / 8);
  const short = blocks - (total % blocks), size = Math.floor(total / blocks);
  const by = divisor(length);
  const rows = [];
  for (let i = 0, at = 0; i < blocks; i++) {
    const end = at + size - length + (i < short ? 0 : 1);
    const part = [...words.slice(at, end)];
    rows.push([part, remainder(part, by)]);
    at = end;
  }
  const out = [];
  for (let i = 0; i <= size - length; i++) for (const [part] of rows) if (i < part.length) out.push(part[i]);
  for (let i = 0; i < length; i++) for (const [, check] of rows) out.push(check[i]);
  return out;
}

const MASKS = [
  (x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2, (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

class Grid {
  constructor(version) {
    this.version = version;
    this.size = version * 4 + 17;
    this.dark = Array.from({ length: this.size }, () => new Array(this.size).fill(false));
    this.fixed = Array.from({ length: this.size }, () => new Array(this.size).fill(false));
    this.patterns();
  }

  set(x, y, dark) {
    this.dark[y][x] = Boolean(dark);
    this.fixed[y][x] = true;
  }

  patterns() {
    const { size, version } = this;
    for (let i = 0; i < size; i++) {
      this.set(6, i, i % 2 === 0);
      this.set(i, 6, i % 2 === 0);
    }
    for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]]) {
      for (let dy = -4; dy <= 4; dy++) {
        for (let dx = -4; dx <= 4; dx++) {
          const x = cx + dx, y = cy + dy, ring = Math.max(Math.abs(dx), Math.abs(dy));
          if (x >= 0 && y >= 0 && x < size && y < size) this.set(x, y, ring !== 2 && ring !== 4);
        }
      }
    }
    const places = this.alignment();
    const last = places.length - 1;
    places.forEach((cx, i) => places.forEach((cy, j) => {
      if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) return;
      for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) this.set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
    }));
    this.format(0);
    if (version >= 7) {
      let rest = version;
      for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
      const bits = (version << 12) | rest;
      for (let i = 0; i < 18; i++) {
        const a = size - 11 + (i % 3), b = Math.floor(i / 3);
        this.set(a, b, (bits >>> i) & 1);
        this.set(b, a, (bits >>> i) & 1);
      }
    }
  }

  alignment() {
    if (this.version === 1) return [];
    const count = Math.floor(this.version / 7) + 2;
    const step = Math.floor((this.version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2;
    const places = [6];
    for (let at = this.size - 7; places.length < count; at -= step) places.splice(1, 0, at);
    return places;
  }

  format(mask) {
    let rest = mask; // error correction M has the bits 00
    for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
    const bits = ((mask << 10) | rest) ^ 0x5412;
    const bit = (i) => (bits >>> i) & 1;
    const { size } = this;
    for (let i = 0; i <= 5; i++) this.set(8, i, bit(i));
    this.set(8, 7, bit(6));
    this.set(8, 8, bit(7));
    this.set(7, 8, bit(8));
    for (let i = 9; i < 15; i++) this.set(14 - i, 8, bit(i));
    for (let i = 0; i < 8; i++) this.set(size - 1 - i, 8, bit(i));
    for (let i = 8; i < 15; i++) this.set(8, size - 15 + i, bit(i));
    this.set(8, size - 8, true);
  }

  place(words) {
    let i = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step++) {
        for (const x of [right, right - 1]) {
          const y = ((right + 1) & 2) === 0 ? this.size - 1 - step : step;
          if (!this.fixed[y][x] && i < words.length * 8) {
            this.dark[y][x] = Boolean((words[i >> 3] >>> (7 - (i & 7))) & 1);
            i++;
          }
        }
      }
    }
  }

  masked(wanted) {
    const tries = (wanted < 0 ? MASKS.keys() : [wanted].values());
    let best = null;
    for (const mask of tries) {
      this.format(mask);
      const rows = this.dark.map((row, y) => row.map((dark, x) => (this.fixed[y][x] ? dark : dark !== (MASKS[mask](x, y) === 0))));
      const cost = penalty(rows);
      if (!best || cost < best.cost) best = { cost, rows };
    }
    return best.rows;
  }
}

function penalty(rows) {
  const size = rows.length;
  let cost = 0, dark = 0;
  const columns = rows.map((_, x) => rows.map((row) => row[x]));
  for (const line of [...rows, ...columns]) {
    let run = 0;
    const signs = line.map((bit) => (bit ? "1" : "0")).join("");
    line.forEach((bit, i) => {
      run = i && bit === line[i - 1] ? run + 1 : 1;
      if (run === 5) cost += 3;
      else if (run > 5) cost += 1;
    });
    for (const pattern of ["10111010000", "00001011101"]) {
      for (let at = signs.indexOf(pattern); at >= 0; at = signs.indexOf(pattern, at + 1)) cost += 40;
    }
  }
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      dark += rows[y][x] ? 1 : 0;
      if (x && y && rows[y][x] === rows[y - 1][x] && rows[y][x] === rows[y][x - 1] && rows[y][x] === rows[y - 1][x - 1]) cost += 3;
    }
  }
  return cost + 10 * (Math.ceil(Math.abs(dark * 20 - size * size * 10) / (size * size)) - 1);
}
