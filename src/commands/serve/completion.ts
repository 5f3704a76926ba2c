/** `lemming completion`: prints completion scripts for shells. */
import type { Definition, Run } from '../command.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export const command = {
  name: 'completion',
  group: 'serve',
  summary: 'Print a script with which a shell completes commands, options, agents and ids',
  examples: [
    {
      line: 'lemming completion bash > lemming.bash',
      does: 'for bash; then add `source lemming.bash` to .bashrc',
    },
    { line: 'lemming completion zsh > _lemming', does: 'for zsh; its folder must be in fpath before compinit runs' },
    {
      line: 'lemming completion fish > lemming.fish',
      does: 'for fish; put it into the folder fish/completions of your settings',
    },
  ],
  args: [{ name: 'shell', about: 'the shell', choices: SHELLS }],
  flags: [],
  reads: true,
  right: 'owner',
  needsOrg: false,
  output: (z) => z.strictObject({ shell: z.enum(SHELLS), script: z.string() }),
} as const satisfies Definition;

/** Every script calls `lemming __complete WORDS...`, which only reads. */
export const run: Run<typeof command> = async (_world, input) => {
  const { shell } = input.args;
  return { data: { shell, script: SCRIPTS[shell] }, text: SCRIPTS[shell] };
};

const SCRIPTS: Record<(typeof SHELLS)[number], string> = {
  bash: `# lemming in bash
_lemming() {
  local words whole cut line
  read -ra words <<<"\${COMP_LINE:0:COMP_POINT}"
  [[ \${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=('')
  whole=\${words[\${#words[@]}-1]}
  [[ $whole == *=* ]] && cut=\${whole%"\${COMP_WORDS[COMP_CWORD]}"}
  COMPREPLY=()
  while IFS= read -r line; do
    line=\${line%%$'\\t'*}
    case $line in
      :files) compopt -o default; return ;;
      :folders) compopt -o dirnames; return ;;
    esac
    COMPREPLY+=("\${line#"$cut"}")
  done < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
}
complete -F _lemming lemming`,
  zsh: `#compdef lemming
_lemming() {
  local line
  local -a found shown
  found=("\${(@f)$(\${words[1]} __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case $found[1] in
    :files*) _files; return ;;
    :folders*) _files -/; return ;;
  esac
  for line in $found; do
    shown+=("\${line%%$'\\t'*}:\${line#*$'\\t'}")
  done
  _describe lemming shown
}
compdef _lemming lemming`,
  fish: `# lemming in fish
function __lemming_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l found (command $words[1] __complete $words[2..-1] "$typed" 2>/dev/null)
    switch "$found[1]"
        case ':files*'
            __fish_complete_path "$typed"
        case ':folders*'
            __fish_complete_directories "$typed"
        case '*'
            printf '%s\\n' $found
    end
end
complete -c lemming -f -a '(__lemming_complete)'`,
};
