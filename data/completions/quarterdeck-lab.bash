# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for quarterdeck-lab

_quarterdeck_lab () {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  # Readline splits --name=value in three words.
  [ "$cur" = = ] && cur=
  [ "$prev" = = ] && prev=${COMP_WORDS[COMP_CWORD-2]}
  COMPREPLY=()
  case $prev in
    --load)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return ;;
    --state)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -d -- "$cur")
      return ;;
    --address) mapfile -t COMPREPLY < <(compgen -W '127.0.0.1 ::1' -- "$cur"); return ;;
    --faults) mapfile -t COMPREPLY < <(compgen -W help -- "$cur"); return ;;
    --nats-servers) mapfile -t COMPREPLY < <(compgen -W '1 3 5' -- "$cur"); return ;;
    --sites|--paths|--flows|--seed|--port|--rate|--step-up|--tenants|--shards|--placed-on|--lease|--events) return ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W '--sites --paths --flows --seed --load --state --port --address
    --tls --strict --step-up --no-nats --nats-servers --tenants --shards --placed-on --lease --mixed-versions --events
    --rate --faults --die-with-parent --version --help' -- "$cur")
}
complete -F _quarterdeck_lab quarterdeck-lab
