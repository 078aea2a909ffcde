// A small estate to look around in: a few models with a server room's worth of instances, loaded by the public API.

import { ask, client } from '../api/client.ts'
import { forgetAll } from '../data/cache.ts'
import { readAssociations, readAttributes } from '../data/models.ts'
import { language } from '../i18n/index.ts'

const group = 'demo'
const say = (zh: string, en: string): string => (language.value === 'zh' ? zh : en)
const choices = (...pairs: [string, string][]) => pairs.map(([id, name], at) => ({ id, name, type: 'text', is_default: at === 0 }))

type Field = [id: string, name: string, type: string, option: unknown]
// The names of built-in models are taken.
const models = (): [id: string, name: string, fields: Field[]][] => [
  ['demo_room', say('示例机房', 'Example server room'), [['city', say('城市', 'City'), 'singlechar', ''], ['area', say('面积', 'Area'), 'int', { min: 1, max: 10_000 }]]],
  ['demo_rack', say('示例机柜', 'Example rack'), [['units', say('高度', 'Units'), 'int', { min: 1, max: 60 }]]],
  ['demo_switch', say('示例交换机', 'Example switch'), [['vendor', say('厂商', 'Vendor'), 'enum', choices(['huawei', say('华为', 'Huawei')], ['h3c', 'H3C'], ['cisco', 'Cisco'])], ['ip', 'IP', 'singlechar', '']]],
  ['demo_server', say('示例服务器', 'Example server'), [['ip', 'IP', 'singlechar', ''], ['cores', say('核数', 'Cores'), 'int', { min: 1, max: 1024 }], ['state', say('状态', 'State'), 'enum', choices(['running', say('运行中', 'Running')], ['stopped', say('已停止', 'Stopped')], ['repair', say('维修', 'In repair')])], ['bought', say('购买日期', 'Bought'), 'date', '']]],
  ['demo_app', say('示例应用', 'Example application'), [['owner', say('负责人', 'Owner'), 'objuser', ''], ['notes', say('说明', 'Notes'), 'longchar', '']]],
]
const associations: [source: string, kind: string, target: string, mapping: '1:n' | 'n:n'][] = [
  ['demo_room', 'group', 'demo_rack', '1:n'], ['demo_rack', 'group', 'demo_server', '1:n'], ['demo_rack', 'group', 'demo_switch', '1:n'],
  ['demo_switch', 'connect', 'demo_server', 'n:n'], ['demo_app', 'run', 'demo_server', 'n:n'],
]
const named = (source: string, kind: string, target: string): string => `${source}_${kind}_${target}`

/** Definitions; those that are there already, after a try that was cut off, are left. */
async function define(): Promise<void> {
  const there = await ask(client.POST('/api/v3/find/classificationobject', { body: {} }))
  if (!there.some((it) => it.bk_classification_id === group))
    await ask(client.POST('/api/v3/create/objectclassification', { body: { bk_classification_id: group, bk_classification_name: say('示例', 'Example') } as never }))
  const known = new Set(there.flatMap((it) => it.bk_objects ?? []).map((it) => it.bk_obj_id))
  for (const [id, name, fields] of models()) {
    const icon = 'icon-cc-default'
    if (!known.has(id)) await ask(client.POST('/api/v3/create/object', { body: { bk_obj_id: id, bk_obj_name: name, bk_classification_id: group, bk_obj_icon: icon } as never }))
    const has = new Set((await readAttributes(id)).map((it) => it.bk_property_id))
    for (const [field, label, type, option] of fields.filter(([it]) => !has.has(it))) {
      const body = { bk_obj_id: id, bk_property_id: field, bk_property_name: label, bk_property_type: type, bk_property_group: 'default', editable: true, isrequired: false, option }
      await ask(client.POST('/api/v3/create/objectattr', { body: body as never }))
    }
  }
  const linked = new Set((await Promise.all([...new Set(associations.map(([it]) => it))].map(readAssociations))).flat().map((it) => it.bk_obj_asst_id))
  for (const [source, kind, target, mapping] of associations) {
    const id = named(source, kind, target)
    const body = { bk_obj_asst_id: id, bk_obj_asst_name: id, bk_obj_id: source, bk_asst_obj_id: target, bk_asst_id: kind, mapping, on_delete: 'none' }
    if (!linked.has(id)) await ask(client.POST('/api/v3/create/objectassociation', { body: body as never }))
  }
}

type Operation = Record<string, unknown>
const two = (it: number): string => String(it).padStart(2, '0')

/** Two rooms with five racks each; in each rack a switch and six servers, on which six applications run. */
export function operations(): Operation[] {
  const made: Operation[] = []
  const links: Operation[] = []
  const create = (model: string, name: string, attributes: Operation = {}): void => void made.push({ op: 'upsert', model, label: name, attributes: { bk_inst_name: name, ...attributes } })
  const link = (source: string, kind: string, target: string, from: string, to: string): void => void links.push({ op: 'upsert', association: named(source, kind, target), source: from, target: to })
  const apps = [say('订单', 'Orders'), say('支付', 'Payments'), say('库存', 'Stock'), say('门户', 'Portal'), say('报表', 'Reports'), say('消息', 'Messages')]
  apps.forEach((name) => create('demo_app', name, { owner: 'admin', notes: say(`${name}系统，示例数据。`, `The ${name} system, as an example.`) }))
  const rooms = [say('上海一号机房', 'Shanghai 1'), say('北京二号机房', 'Beijing 2')]
  rooms.forEach((room, at) => {
    create('demo_room', room, { city: [say('上海', 'Shanghai'), say('北京', 'Beijing')][at], area: 400 + at * 150 })
    for (let r = 1; r <= 5; r++) {
      const rack = `R${at + 1}-${two(r)}`
      const sw = `sw-${at + 1}${two(r)}`
      create('demo_rack', rack, { units: 42 })
      create('demo_switch', sw, { vendor: ['huawei', 'h3c', 'cisco'][r % 3], ip: `10.${at + 1}.${r}.1` })
      link('demo_room', 'group', 'demo_rack', room, rack)
      link('demo_rack', 'group', 'demo_switch', rack, sw)
      for (let s = 1; s <= 6; s++) {
        const server = `srv-${at + 1}${two(r)}-${two(s)}`
        create('demo_server', server, { ip: `10.${at + 1}.${r}.${10 + s}`, cores: [16, 32, 64][s % 3], state: s === 6 && r === 3 ? 'repair' : 'running', bought: `202${r}-0${s}-15` })
        link('demo_rack', 'group', 'demo_server', rack, server)
        link('demo_switch', 'connect', 'demo_server', sw, server)
        link('demo_app', 'run', 'demo_server', apps[(r + s) % apps.length] ?? '', server)
      }
    }
  })
  return [...made, ...links]
}

/** Loads the set; what is there already stays as it is. Answers how many instances it has. */
export async function loadDemo(): Promise<number> {
  await define()
  const all = operations()
  const { results } = await ask(client.POST('/api/relata/v1/bulk', { body: { mode: 'atomic', operations: all as never } }))
  const failed = results.find((it) => it.status === 'failed' && it.code !== 1199002) ?? results.find((it) => it.status === 'failed')
  if (failed) throw new Error(failed.message ?? '')
  forgetAll()
  return all.filter((it) => 'model' in it).length
}
