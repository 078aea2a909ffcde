// Names in little room: the beginning and the end stay, since long names often differ at the end.

const widthOf = (letter: string): number => ((letter.codePointAt(0) ?? 0) > 0x2e80 ? 2 : 1)

/** At most `room` letters wide, where a Chinese one takes two. */
export function shorten(text: string, room: number): string {
  const letters = [...text]
  if (letters.reduce((sum, it) => sum + widthOf(it), 0) <= room) return text
  const take = (from: string[], most: number): string[] => {
    const taken: string[] = []
    for (let used = 0; taken.length < from.length; ) {
      const letter = from[taken.length] ?? ''
      used += widthOf(letter)
      if (used > most) break
      taken.push(letter)
    }
    return taken
  }
  const start = take(letters, Math.floor((room - 1) * 0.4))
  const end = take([...letters].reverse(), room - 1 - Math.floor((room - 1) * 0.4)).reverse()
  return `${start.join('')}…${end.join('')}`
}
