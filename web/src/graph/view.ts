// A picture with what the server has told for it. A step asks for what it needs, one round trip where it can, and draws it.

import { expandGraph, findPath, type Part, type Ref } from '../data/graph.ts'
import { t } from '../i18n/index.ts'
import { learn, linksOf, nothing, type Known } from './known.ts'
import { boundsOf, fewOf, type Look } from './look.ts'
import { begin, collapse, expand, groupOf, lay, openGroup, sizeOf, start, type Picture } from './picture.ts'

/** Members of a group that are shown at a time. */
export const page = 50
/** Most elements of a picture. */
const most = 1500
/** Elements at first: of the nearest neighbours, and where more levels were asked for. */
const room = (look: Look): number => (look.depth === 1 ? 60 : 200)

export interface View {
  look: Look
  picture: Picture
  known: Known
  /** The answer to the first question. */
  part: Part
  /** Keys of the nodes and edges of the last path. */
  path: Set<string>
}

const refOf = (key: string): Ref => ({ model: key.slice(0, key.lastIndexOf(':')), id: Number(key.slice(key.lastIndexOf(':') + 1)) })

export async function open(root: Ref & { name: string }, look: Look): Promise<View> {
  const few = fewOf(look)
  const part = await expandGraph({ ...boundsOf(look), roots: [{ model: root.model, id: root.id }], depth: look.depth, limit_per_node: Math.max(1, few), max_nodes: most })
  const view: View = { look, picture: start(root.model, root.id, root.name), known: nothing(), part, path: new Set() }
  learn(view.known, part, true)
  begin(view.picture, view.known, look.depth, few, room(look), look.few !== null)
  for (const step of look.steps) await take(view, step)
  return view
}

/** The first question without bounds: what there is to tick. */
export const overview = (root: Ref, look: Look): Promise<Part> => expandGraph({ roots: [root], depth: look.depth, limit_per_node: Math.max(1, fewOf(look)), max_nodes: most })

/** `KEY` expands, `-KEY` collapses, a group shows more of its members, `~KEY~KEY` shows a path. */
export async function take(view: View, step: string): Promise<void> {
  if (step.startsWith('-')) return collapse(view.picture, step.slice(1))
  if (sizeOf(view.picture) > most) throw new Error(t('graph.full', { n: most }))
  if (step.startsWith('~')) return showPath(view, step.slice(1).split('~'))
  await (groupOf(step) ? more(view, step) : grow(view, step))
}

async function grow(view: View, key: string): Promise<void> {
  if (!view.picture.nodes.has(key)) return
  const few = fewOf(view.look)
  learn(view.known, await expandGraph({ ...boundsOf(view.look), roots: [refOf(key)], limit_per_node: Math.max(1, few) }), true)
  expand(view.picture, view.known, key, few)
}

async function more(view: View, key: string): Promise<void> {
  const group = groupOf(key)
  const node = view.picture.nodes.get(key)
  if (!group || !node) return
  const bounds = boundsOf(view.look)
  const part = await expandGraph({
    ...bounds, roots: [refOf(group.node)], associations: [group.association], direction: group.outward ? 'out' : 'in', limit_per_node: node.total - node.left + page, max_nodes: most + page,
  })
  learn(view.known, part, false)
  const others = linksOf(view.known, group.node, group.association, group.outward).map((it) => (group.outward ? it.target : it.source))
  const members = [...new Set(others)].filter((it) => !view.picture.nodes.has(it)).slice(0, page)
  // How many neighbours each of them has.
  if (members.length > 0) learn(view.known, await expandGraph({ ...bounds, roots: members.map(refOf), limit_per_node: 1, max_nodes: most }), true)
  openGroup(view.picture, view.known, key, members)
}

async function showPath(view: View, [from, to]: string[]): Promise<void> {
  if (!from || !to) return
  const { models, associations } = boundsOf(view.look)
  const found = await findPath(refOf(from), refOf(to), { ...(models ? { models } : {}), ...(associations ? { associations } : {}) })
  const path = found.paths[0]
  if (!path) throw new Error(t('graph.path.none'))
  for (const it of found.nodes) view.known.nodes.set(it.key, it)
  for (const it of path.links) view.known.links.set(it.id, it)
  const fresh = path.nodes.filter((it) => !view.known.groups.has(it))
  if (fresh.length > 0) learn(view.known, await expandGraph({ ...boundsOf(view.look), roots: fresh.map(refOf), limit_per_node: 1, max_nodes: most }), true)
  lay(view.picture, view.known, path.nodes, path.links)
  view.path = new Set([...path.nodes, ...path.links.map((it) => `${it.association}/${it.id}`)])
}
