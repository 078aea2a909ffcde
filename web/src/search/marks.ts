// The server marks what it found as `a<em>b</em>c`. Parts instead of HTML, so that a value is never more than text.

export interface Part {
  text: string
  marked: boolean
}

export function marks(text: string): Part[] {
  return text.split(/(<em>.*?<\/em>)/).flatMap((it): Part[] => {
    const inner = /^<em>(.*?)<\/em>$/.exec(it)
    return it === '' ? [] : [inner ? { text: inner[1] ?? '', marked: true } : { text: it, marked: false }]
  })
}
