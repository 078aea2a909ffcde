// Saved views of lists: one's own, and those that are shared.

import { ask, client, type Schemas } from '../api/client.ts'
import { forget, useAnswer, type Answer } from './cache.ts'

export type SavedView = Schemas['SavedView']

export const useViews = (model: () => string | null): Answer<SavedView[]> =>
  useAnswer(() => model() && `views:${model()}`, async () => (await ask(client.GET('/api/relata/v1/views', { params: { query: { model: model() ?? '' } } }))).items)

const changed = <T>(answer: Promise<T>): Promise<T> => answer.finally(() => forget('views:'))

export const saveView = (view: { model: string; name: string; query: string; shared: boolean }): Promise<SavedView> =>
  changed(ask(client.POST('/api/relata/v1/views', { body: view })))
export const changeView = (id: number, change: { query?: string; shared?: boolean }): Promise<SavedView> =>
  changed(ask(client.PUT('/api/relata/v1/views/{id}', { params: { path: { id } }, body: change })))
export const deleteView = (id: number): Promise<unknown> =>
  changed(ask(client.DELETE('/api/relata/v1/views/{id}', { params: { path: { id } } })))
