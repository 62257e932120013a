# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for quarterdeck

_quarterdeck () {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  # Readline splits an option and its value at the equals sign.
  [ "$cur" = = ] && cur=
  [ "$prev" = = ] && prev=${COMP_WORDS[COMP_CWORD-2]}
  COMPREPLY=()
  if [ "$prev" = --log-level ]; then
    mapfile -t COMPREPLY < <(compgen -W 'warning info debug' -- "$cur")
    return
  fi
  if [[ $cur != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -X '!*.@(graphml|json|xml)' -- "$cur"; compgen -d -- "$cur")
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W '--lab --log-level --version --help' -- "$cur")
}
complete -o filenames -F _quarterdeck quarterdeck
