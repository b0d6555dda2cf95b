#!/usr/bin/env bash
# Installs what a package-lock.json names into the node_modules beside it, unless that is
# there already.
#
# usage: install_npm.sh FOLDER...
set -euo pipefail

for folder in "$@"; do
  installed=$folder/node_modules/.package-lock.json
  if [[ -e $installed && ! $folder/package-lock.json -nt $installed ]]; then continue; fi
  echo "installing the packages of $folder/package.json"
  (cd "$folder" && npm ci --silent --ignore-scripts --no-audit --no-fund)
done
