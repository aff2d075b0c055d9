// The form as a JSON Schema, for editors and other programs; checked in as docs/cluster.schema.json.
import { z } from 'zod'
import { clusterSchema } from './schema.ts'

export type JsonSchema = z.core.JSONSchema.BaseSchema

export const jsonSchema = (): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Holdfast cluster file',
  ...z.toJSONSchema(clusterSchema, { io: 'input' }),
})

export const jsonSchemaText = (): string => `${JSON.stringify(jsonSchema(), null, 2)}\n`
