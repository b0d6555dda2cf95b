#!/usr/bin/env bash
# Installs the Debian packages named in the given files, as far as they are missing.
# Without a missing one it does nothing and needs no rights and no network.
#
# usage: install_packages.sh FILE...
set -euo pipefail

# Whether a package, or the command that stands for it, is there.
is_there() {
  local package=$1 command=${2:-}
  if [[ -n $command ]] && command -v "$command" >/dev/null; then return 0; fi
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]]
}

missing=()
while read -r package command; do
  if [[ -n $package && $package != '#'* ]] && ! is_there "$package" "$command"; then
    missing+=("$package")
  fi
done < <(cat "$@")
if [[ ${#missing[@]} -eq 0 ]]; then exit 0; fi

root=()
if [[ $EUID -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "missing packages; as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  root=(sudo)
fi

# Debian starts a server as soon as it is installed, unless policy-rc.d says no. We run
# our own, with folders of their own.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  trap '"${root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
  "${root[@]}" chmod 755 "$policy"
fi

echo "installing ${missing[*]}"
apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y
     -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)
"${apt[@]}" update </dev/null
"${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null
