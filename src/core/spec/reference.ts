// The reference of all keys as Markdown tables, made from the JSON Schema, so that it cannot say anything else.
import type { z } from 'zod'
import { type JsonSchema, jsonSchema } from './json-schema.ts'

interface Table {
  readonly title: string
  readonly schema: JsonSchema
}

export function referenceText(): string {
  const root = jsonSchema()
  const nodes = namedBy(property(root, 'nodes'))
  const volumes = namedBy(property(root, 'volumes'))
  const services = namedBy(property(root, 'services'))
  const kinds = objects(services)
  const tables: readonly Table[] = [
    { title: 'The file', schema: root },
    { title: '`nodes.NAME`', schema: nodes },
    ...objects(property(nodes, 'fence'))
      .slice(0, 1)
      .map(schema => ({ title: '`fence`: a device', schema })),
    { title: '`volumes.NAME`', schema: volumes },
    { title: '`volumes.NAME.parts.NAME`', schema: namedBy(property(volumes, 'parts')) },
    ...kinds.slice(0, 1).map(schema => ({ title: '`services.NAME`', schema: withKinds(schema, kinds) })),
    ...objects(property(kinds[0], 'addresses')?.items).map(schema => ({
      title: '`services.NAME.addresses`: an entry',
      schema,
    })),
    ...kinds.map(kind => ({
      title: `\`parameters\` of \`blueprint: ${String(constant(kind))}\``,
      schema: property(kind, 'parameters') ?? {},
    })),
    ...objects(property(root, 'quorum')).map(schema => ({ title: '`quorum`: a witness', schema })),
  ]
  return `${tables.map(table).join('\n\n')}\n`
}

function table({ title, schema }: Table): string {
  const required = new Set(schema.required ?? [])
  const rows = Object.entries(schema.properties ?? {}).map(([key, value]) => {
    const field = shape(value)
    const need = required.has(key) ? 'yes' : ''
    return `| \`${key}\` | ${cell(kindOf(field))} | ${need} | ${cell(describe(field))} |`
  })
  return [`### ${title}`, '', '| key | value | needed | meaning |', '|---|---|---|---|', ...rows].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

function describe(field: JsonSchema): string {
  const value = field.default
  const isPlain = typeof value === 'string' || typeof value === 'number' || (Array.isArray(value) && value.length > 0)
  const fallback = isPlain ? ` Default: \`${Array.isArray(value) ? JSON.stringify(value) : value}\`.` : ''
  return `${field.description ?? ''}${fallback}`.trim()
}

function kindOf(field: JsonSchema): string {
  if (field.const !== undefined) return `\`${String(field.const)}\``
  if (field.enum !== undefined) return field.enum.map(value => `\`${String(value)}\``).join(', ')
  const options = [...(field.anyOf ?? []), ...(field.oneOf ?? [])].map(shape)
  if (options.length > 0) return [...new Set(options.map(kindOf))].join(' or ')
  if (field.type === 'array') return `list of ${kindOf(shape(field.items))}`
  if (field.type === 'object') return field.properties === undefined ? 'names, each with its keys' : 'keys'
  const kinds: Readonly<Record<string, string>> = { integer: 'whole number', string: 'text', boolean: 'true or false' }
  return kinds[String(field.type)] ?? String(field.type ?? 'anything')
}

/** The key `blueprint` of the first kind, with every kind's name. */
function withKinds(schema: JsonSchema, kinds: readonly JsonSchema[]): JsonSchema {
  const names = kinds.map(kind => String(constant(kind)))
  const blueprint: z.core.JSONSchema.JSONSchema = { enum: names, description: 'The kind of service.' }
  return { ...schema, properties: { ...schema.properties, blueprint } }
}

const constant = (kind: JsonSchema): unknown => property(kind, 'blueprint')?.const
type SchemaLike = JsonSchema['items'] | JsonSchema['additionalProperties']
const isOne = (value: SchemaLike): value is JsonSchema => typeof value === 'object' && !Array.isArray(value)
const shape = (value: SchemaLike): JsonSchema => (isOne(value) ? value : {})
const property = (schema: JsonSchema | undefined, key: string): JsonSchema | undefined => {
  const value = schema?.properties?.[key]
  return value === undefined ? undefined : shape(value)
}
/** What a name leads to. */
const namedBy = (schema: JsonSchema | undefined): JsonSchema => shape(schema?.additionalProperties)
/** The alternatives that have keys of their own. */
const objects = (schema: SchemaLike): readonly JsonSchema[] => {
  const whole = shape(schema)
  return [whole, ...(whole.anyOf ?? []), ...(whole.oneOf ?? [])]
    .map(shape)
    .filter(option => option.properties !== undefined)
}
