// The order of fields in the sections of a form, and what a move changes. Pure.

export interface Section {
  group: string
  /** Numeric ids of fields. */
  fields: number[]
}

/** The sections with a field taken to a place of one of them; the place is counted as if the field were not there. */
export function moved(sections: Section[], field: number, group: string, place: number): Section[] {
  return sections.map((it) => {
    const fields = it.fields.filter((id) => id !== field)
    if (it.group === group) fields.splice(place, 0, field)
    return { ...it, fields }
  })
}

/** One step up (-1) or down (1), at the end of a section into the next one. */
export function stepped(sections: Section[], field: number, by: -1 | 1): Section[] {
  const at = sections.findIndex((it) => it.fields.includes(field))
  const here = sections[at]
  if (!here) return sections
  const place = here.fields.indexOf(field) + by
  if (place >= 0 && place < here.fields.length) return moved(sections, field, here.group, place)
  const next = sections[at + by]
  return next ? moved(sections, field, next.group, by === 1 ? 0 : next.fields.length) : sections
}

/** The fields whose section or place is another than before, with their new ones; places begin with 1. */
export function changes(before: Section[], after: Section[]): { field: number; group: string; place: number }[] {
  const old = new Map(before.map((it) => [it.group, it.fields]))
  const touched = after.filter((it) => JSON.stringify(old.get(it.group)) !== JSON.stringify(it.fields))
  return touched.flatMap((it) => it.fields.map((field, place) => ({ field, group: it.group, place: place + 1 })))
}
