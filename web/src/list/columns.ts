// Which columns a list shows, and how wide they are.

import type { Attribute } from '../data/models.ts'
import { t } from '../i18n/index.ts'
import { isNumeric, isStamp } from '../values/format.ts'

const usualCount = 7

/** A column that is no attribute. */
const column = (model: string, id: string, name: string): Attribute => ({
  bk_biz_id: 0, bk_isapi: false, bk_issystem: false, bk_obj_id: model, bk_property_group: '', bk_property_group_name: '', bk_property_id: id,
  bk_property_index: 0, bk_property_name: name, bk_property_type: 'int', bk_supplier_account: '0', bk_template_id: 0, create_time: null, creator: '',
  description: '', editable: false, id: 0, isonly: false, ispre: true, isreadonly: true, isrequired: false, last_time: null, option: null, placeholder: '', unit: '',
})
const idColumn = (model: string): Attribute => column(model, 'bk_inst_id', t('model.id'))

/** The number of links of an instance in one direction of an association. */
export const linkColumn = (model: string, id: string, name: string): Attribute => column(model, `links.${id}`, name)
export const isLinkColumn = (id: string): boolean => id.startsWith('links.')

const unwritable = new Set(['id_rule', 'innertable'])
/** Whether the value of one instance can be changed in a list. */
export const isEditable = (it: Attribute): boolean => it.editable && !it.isreadonly && !isLinkColumn(it.bk_property_id) && !isStamp(it.bk_property_id) && !unwritable.has(it.bk_property_type)

/** Columns are no narrower, in pixels. */
export const narrowest = 56

/** What a column can be: every attribute, and the id. */
export function available(model: string, attributes: Attribute[]): Attribute[] {
  const name = attributes.filter((it) => it.bk_property_id === 'bk_inst_name')
  return [...name, idColumn(model), ...attributes.filter((it) => it.bk_property_id !== 'bk_inst_name' && it.bk_property_type !== 'innertable')]
}

export function usual(columns: Attribute[]): string[] {
  const [first, id, ...others] = columns
  const shown = others.filter((it) => !isStamp(it.bk_property_id) && it.bk_property_type !== 'longchar')
  return [first, id, ...shown.slice(0, usualCount)].flatMap((it) => (it ? [it.bk_property_id] : []))
}

export function width(attribute: Attribute): number {
  const kind = attribute.bk_property_type
  if (attribute.bk_property_id === 'bk_inst_name') return 260
  if (attribute.bk_property_id === 'bk_inst_id') return 84
  if (kind === 'longchar') return 240
  if (kind === 'time') return 172
  const title = [...attribute.bk_property_name].reduce((sum, it) => sum + ((it.codePointAt(0) ?? 0) > 0x2e80 ? 14 : 8), 44)
  if (isNumeric(kind) || kind === 'bool' || kind === 'date') return Math.max(110, title)
  return Math.max(150, title)
}
