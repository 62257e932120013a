# SPDX-License-Identifier: GPL-3.0-or-later
complete -c quarterdeck -f
complete -c quarterdeck -a '(__fish_complete_suffix .graphml; __fish_complete_suffix .json)'
complete -c quarterdeck -l lab -d 'Start the lab, a working fleet on this computer'
complete -c quarterdeck -l log-level -x -a 'warning info debug' -d 'How much to log'
complete -c quarterdeck -l version -d 'Print the version'
complete -c quarterdeck -s h -l help -d 'Print the options'
