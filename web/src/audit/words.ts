// Which words of a long text were taken out and put in. Pure.

export interface Piece {
  text: string
  kind: 'same' | 'out' | 'in'
}

/** Words, white space, signs, and Chinese characters one by one. */
const tokens = (text: string): string[] => text.match(/[\p{Script=Han}]|[\p{L}\p{N}_]+|\s+|./gsu) ?? []

/** Longer texts are compared as a whole: the table of what they share would be too large. */
const most = 1_000_000

export function compareWords(before: string, after: string): Piece[] {
  const [a, b] = [tokens(before), tokens(after)]
  if (a.length * b.length > most) return [{ text: before, kind: 'out' }, { text: after, kind: 'in' }]
  const width = b.length + 1
  /** How many tokens the rests from here share, in their order. */
  const shared = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      shared[i * width + j] = a[i] === b[j] ? shared[(i + 1) * width + j + 1]! + 1 : Math.max(shared[(i + 1) * width + j]!, shared[i * width + j + 1]!)
  const pieces: Piece[] = []
  const add = (text: string, kind: Piece['kind']): void => {
    const last = pieces.at(-1)
    if (last?.kind === kind) last.text += text
    else pieces.push({ text, kind })
  }
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { add(a[i++]!, 'same'); j++ }
    else if (i < a.length && (j === b.length || shared[(i + 1) * width + j]! >= shared[i * width + j + 1]!)) add(a[i++]!, 'out')
    else add(b[j++]!, 'in')
  }
  return pieces
}
