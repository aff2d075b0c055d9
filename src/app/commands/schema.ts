// `holdfast schema`: the JSON Schema of the cluster file, for editors; `--reference` prints the reference as Markdown.
import { Command } from 'commander'
import { jsonSchemaText } from '../../core/spec/json-schema.ts'
import { referenceText } from '../../core/spec/reference.ts'

export function schemaCommand(): Command {
  return new Command('schema')
    .description('Print the JSON Schema of the cluster file, for editors.')
    .option('--reference', 'print the reference of all keys as Markdown instead')
    .addHelpText(
      'after',
      `
Examples:
  holdfast schema > cluster.schema.json
  # then, as the first line of the cluster file, for editors that speak to yaml-language-server:
  # yaml-language-server: $schema=cluster.schema.json`,
    )
    .action((options: { readonly reference?: boolean }) => {
      process.stdout.write(options.reference ? referenceText() : jsonSchemaText())
    })
}
