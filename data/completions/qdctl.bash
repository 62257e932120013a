# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for qdctl

_qdctl () {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]} words
  # Readline splits an option and its value at the equals sign.
  [ "$cur" = = ] && cur=
  [ "$prev" = = ] && prev=${COMP_WORDS[COMP_CWORD-2]}
  COMPREPLY=()
  case $prev in
    --credentials|--token-file|--ca|--output|-o|--flows|--anchor|--journal)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return ;;
    --driver) mapfile -t COMPREPLY < <(compgen -W 'auto node-api patronus cloudlysis nats' -- "$cur"); return ;;
    --kind)
      if [ "$verb" = migrate ]; then mapfile -t COMPREPLY < <(compgen -W 'aggregate projection runner' -- "$cur"); return; fi
      mapfile -t COMPREPLY < <(compgen -W 'site path flow node link event job kv-entry routing tenant shard connection' -- "$cur")
      return ;;
    --mode) mapfile -t COMPREPLY < <(compgen -W 'checkpoint_only checkpoint_and_dedupe full_reset' -- "$cur"); return ;;
    --from)
      [ "$verb" = jobs ] && mapfile -t COMPREPLY < <(compgen -W 'drain settle place reload warm-up verify' -- "$cur")
      return ;;
    --algorithm) mapfile -t COMPREPLY < <(compgen -W 'force geographic tiers clusters' -- "$cur"); return ;;
    --theme) mapfile -t COMPREPLY < <(compgen -W 'light dark' -- "$cur"); return ;;
    --by) mapfile -t COMPREPLY < <(compgen -W 'latency loss hops' -- "$cur"); return ;;
    --host-network) mapfile -t COMPREPLY < <(compgen -W 'exempt pod' -- "$cur"); return ;;
    --ip-block) mapfile -t COMPREPLY < <(compgen -W 'all external' -- "$cur"); return ;;
    --outcome) mapfile -t COMPREPLY < <(compgen -W 'begun succeeded failed cancelled interrupted refused' -- "$cur"); return ;;
    --take) mapfile -t COMPREPLY < <(compgen -W 'mine theirs' -- "$cur"); return ;;
    --seed|--scale|--alternatives|--to|--port|--who|--what|--on|--since|--until|--search) return ;;
    --connection|--url|--monitor|--timeout|--role|--user|--pin|--confirm|--filter|--sort|--count|--for|--reason|--nats|--node|--at-once|--wait|--limit|--max-lag|--max-in-flight|--bucket|--tenant|--revision|--name|--plan|--quota|--flag|--contact|--saga|--view) return ;;
  esac
  if [ "$COMP_CWORD" = 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W 'inspect watch sites paths flows nodes links events jobs kv routing shards tenants migrate run placement topology policy audit help
      --version --help' -- "$cur")
    return
  fi
  words='--connection --url --driver --monitor --timeout --credentials --role --user --password-stdin
    --token-file --ca --pin --confirm --help'
  case $verb in
    inspect) words+=' --json' ;;
    watch) words+=' --kind --count --for' ;;
    run)
      words+=' --reason --dry-run --list'
      # The program knows what it can do.
      [ "$COMP_CWORD" = 2 ] && words=$("${COMP_WORDS[0]}" run --list 2> /dev/null)
      ;;
    placement)
      case $COMP_CWORD in
        2) words='list show set history diff restore rebalance --help' ;;
        3) words='aggregate projection runner' ;;
        *)
          words+=' --bucket --nats --json'
          case ${COMP_WORDS[2]} in
            set) words+=' --reason --revision --merge --dry-run' ;;
            history|diff) words+=' --tenant' ;;
            restore) words+=' --tenant --reason --dry-run' ;;
          esac ;;
      esac ;;
    jobs)
      case ${COMP_WORDS[2]} in
        list|show|watch|cancel) [ "$COMP_CWORD" -gt 2 ] && words+=' --nats --json' ;;
        retry) [ "$COMP_CWORD" -gt 2 ] && words+=' --nats --from --json' ;;
        *) words+=' --filter --sort --json --csv' ;;
      esac
      [ "$COMP_CWORD" = 2 ] && words+=' list show watch cancel retry' ;;
    shards)
      case ${COMP_WORDS[2]} in
        show|frozen) words+=' --json' ;;
        drain) words+=' --tenant --wait --reason --dry-run --json' ;;
        resume|warmup) words+=' --tenant --reason --dry-run --json' ;;
        reload) words+=' --reason --dry-run --json' ;;
        replay) words+=' --tenant --saga --mode --reason --dry-run --json' ;;
        rebuild) words+=' --tenant --view --reason --dry-run --json' ;;
        freeze) words+=' --off --reason --dry-run --json' ;;
        *) words+=' --filter --sort --json --csv' ;;
      esac
      [ "$COMP_CWORD" = 2 ] && words+=' list show drain resume reload warmup replay rebuild freeze frozen' ;;
    migrate)
      words+=' --kind --to --from --node --nats --reason --at-once --wait --limit --max-lag --max-in-flight --dry-run --json'
      [ "$COMP_CWORD" = 2 ] && words='plan run --help' ;;
    tenants)
      case ${COMP_WORDS[2]} in
        show) words+=' --json' ;;
        create) words+=' --name --plan --quota --flag --contact --reason --dry-run --json' ;;
        update) words+=' --name --plan --quota --flag --contact --revision --reason --dry-run --json' ;;
        kill-switch) words+=' --off --reason --dry-run --json' ;;
        suspend|resume|archive) words+=' --reason --dry-run --json' ;;
        *) words+=' --filter --sort --json --csv' ;;
      esac
      [ "$COMP_CWORD" = 2 ] && words+=' list show create update suspend resume archive kill-switch' ;;
    topology)
      case $COMP_CWORD in
        2) words='layout render path impact --help' ;;
        3)
          compopt -o filenames
          mapfile -t COMPREPLY < <(compgen -f -- "$cur")
          return ;;
        *)
          case ${COMP_WORDS[2]} in
            layout) words='--algorithm --seed --json' ;;
            render) words='--output --theme --scale --algorithm --seed' ;;
            path) words='--by --alternatives --json' ;;
            *) words='--json' ;;
          esac ;;
      esac ;;
    policy)
      if [ "$COMP_CWORD" = 2 ]; then
        words='connectivity explain diff lint test convert format apply revert --help'
      elif [ "${cur#-}" = "$cur" ]; then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
      elif [[ ${COMP_WORDS[2]} == @(apply|revert) ]]; then
        words+=' --reason --take --dry-run --json --host-network --ip-block'
        [ "${COMP_WORDS[2]}" = apply ] && words+=' --keep-going'
      else
        words='--json --host-network --ip-block --keep-going --help'
        case ${COMP_WORDS[2]} in
          explain) words+=' --from --to --port' ;;
          diff) words+=' --flows' ;;
          lint) words+=' --sarif' ;;
          test) words='--host-network --ip-block --keep-going --help' ;;
          convert) words='--to --shape --output --json --strict --help' ;;
          format) words='--write --help' ;;
        esac
      fi ;;
    audit)
      if [ "$COMP_CWORD" = 2 ]; then
        words='list show verify export --help'
      else
        case ${COMP_WORDS[2]} in
          show) words='--journal --json --help' ;;
          verify) words+=' --anchor --journal --json' ;;
          *)
            words='--who --what --on --outcome --since --until --search --journal --csv --help'
            [ "${COMP_WORDS[2]}" = list ] && words+=' --limit --json' || words+=' --output' ;;
        esac
      fi ;;
    help) words='inspect watch sites paths flows nodes links events jobs kv routing shards tenants migrate run placement topology policy audit' ;;
    *) words+=' --filter --sort --json --csv' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _qdctl qdctl
