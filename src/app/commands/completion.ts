// `holdfast completion SHELL`: the script that lets a shell complete verbs, options and file names. Made from the commands
// themselves, so it cannot fall behind them.
import { Argument, Command } from 'commander'
import type { Verb } from '../cli/verb.ts'

interface Completion {
  readonly verb: string
  readonly summary: string
  /** Subcommands and long options. */
  readonly words: readonly string[]
}

export function completionCommand(verbs: readonly Verb[]): Command {
  return new Command()
    .description('Print the completion script for a shell.')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
Examples:
  bash:  source <(holdfast completion bash)                    (in ~/.bashrc)
  zsh:   holdfast completion zsh > "\${fpath[1]}/_holdfast"
  fish:  holdfast completion fish > ~/.config/fish/completions/holdfast.fish`,
    )
    .action(async (shell: string) => {
      const entries = await Promise.all(verbs.map(async verb => entry(verb.name, verb.summary, await verb.load())))
      console.log(shell === 'bash' ? bash(entries) : shell === 'zsh' ? zsh(entries) : fish(entries))
    })
}

function entry(verb: string, summary: string, command: Command): Completion {
  const options = command.options.flatMap(option => (option.long && !option.hidden ? [option.long] : []))
  return { verb, summary, words: [...command.commands.map(sub => sub.name()), ...options, '--help'] }
}

const bash = (entries: readonly Completion[]): string => `# bash completion of holdfast
_holdfast() {
  local current=\${COMP_WORDS[COMP_CWORD]} words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${entries.map(e => e.verb).join(' ')}"
  else
    case "\${COMP_WORDS[1]}" in
${entries.map(e => `      ${e.verb}) words="${e.words.join(' ')}" ;;`).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ "$COMP_CWORD" -gt 1 ]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _holdfast holdfast ./holdfast`

const zsh = (entries: readonly Completion[]): string => `#compdef holdfast
_holdfast() {
  if (( CURRENT == 2 )); then
    local -a verbs=(
${entries.map(e => `      '${e.verb}:${e.summary.replaceAll("'", "'\\''")}'`).join('\n')}
    )
    _describe command verbs
  else
    case $words[2] in
${entries.map(e => `      ${e.verb}) compadd -- ${e.words.join(' ')} ;;`).join('\n')}
    esac
    _files
  fi
}
_holdfast "$@"`

const fish = (entries: readonly Completion[]): string =>
  [
    '# fish completion of holdfast',
    ...entries.map(
      e => `complete -c holdfast -n __fish_use_subcommand -a ${e.verb} -d '${e.summary.replaceAll("'", "\\'")}'`,
    ),
    ...entries.map(e => `complete -c holdfast -n '__fish_seen_subcommand_from ${e.verb}' -a '${e.words.join(' ')}'`),
  ].join('\n')
