# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for qdctl

_qdctl () {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]} words
  # Readline splits an option and its value at the equals sign.
  [ "$cur" = = ] && cur=
  [ "$prev" = = ] && prev=${COMP_WORDS[COMP_CWORD-2]}
  COMPREPLY=()
  case $prev in
    --credentials|--token-file|--ca)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return ;;
    --driver) mapfile -t COMPREPLY < <(compgen -W 'auto node-api patronus nats' -- "$cur"); return ;;
    --kind)
      mapfile -t COMPREPLY < <(compgen -W 'site path flow node link event job kv-entry connection' -- "$cur")
      return ;;
    --connection|--url|--monitor|--timeout|--role|--user|--pin|--filter|--sort|--count|--for|--reason) return ;;
  esac
  if [ "$COMP_CWORD" = 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W 'inspect watch sites paths flows nodes links events jobs kv run help
      --version --help' -- "$cur")
    return
  fi
  words='--connection --url --driver --monitor --timeout --credentials --role --user --password-stdin
    --token-file --ca --pin --help'
  case $verb in
    inspect) words+=' --json' ;;
    watch) words+=' --kind --count --for' ;;
    run)
      words+=' --reason --dry-run'
      [ "$COMP_CWORD" = 2 ] && words='site.create site.update site.delete path.test path.failover path.history
        flow.reevaluate flow.decision flows.search job.cancel'
      ;;
    help) words='inspect watch sites paths flows nodes links events jobs kv run' ;;
    *) words+=' --filter --sort --json --csv' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _qdctl qdctl
