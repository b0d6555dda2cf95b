#!/usr/bin/env bash
# Every check of the sources that is no test. Runs them all, then says which failed.
#
# usage: lint.sh [--changed]    --changed: clang-tidy only what differs from LINT_BASE
#                               (default: HEAD)
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

only_changed=${1:-}
failed=()

# Runs one check under a heading.
check() {
  local name=$1
  shift
  printf -- '--- %s\n' "$name"
  "$@" || failed+=("$name")
}

# Our C++ files: all, or what differs from LINT_BASE.
list_cpp() {
  if [[ $only_changed == --changed ]]; then
    { git diff --name-only --diff-filter=d "${LINT_BASE:-HEAD}" --
      git ls-files --others --exclude-standard; } | { grep -E '\.(cc|h)$' || true; } | sort -u
  else
    find bench cli libs services tests -name '*.cc' -o -name '*.h' | sort
  fi
}

lint_format() {
  list_cpp | xargs --no-run-if-empty clang-format --dry-run -Werror
}

# Needs compile_commands.json and the generated headers of the preset lint.
lint_tidy() {
  local files
  files=$(list_cpp | grep '\.cc$') || return 0
  # A part of an array: one regular expression for each file.
  mapfile -t files < <(sed 's/[.+]/\\&/g; s/^/\//; s/$/$/' <<<"$files")
  run-clang-tidy -quiet -p build/lint "${files[@]}" 2>/dev/null | grep -vE '^(clang-tidy|$)'
  return "${PIPESTATUS[0]}"
}

lint_proto() {
  local image googleapis=/usr/share/gocode/src/github.com/gogo/googleapis status
  # Not npm ci: it wants the packages of every platform in the lock file.
  npm install --no-save --silent --ignore-scripts --no-audit --no-fund --prefix tools/lint || return 1
  image=$(mktemp)
  mapfile -t protos < <(cd proto && find . -name '*.proto' -printf '%P\n')
  (cd proto && protoc -I . -I "$googleapis" --include_imports --include_source_info \
    "--descriptor_set_out=$image" "${protos[@]}") &&
    tools/lint/node_modules/.bin/buf lint "$image#format=binpb" --config proto/buf.yaml
  status=$?
  rm -f "$image"
  return "$status"
}

lint_shell() {
  git ls-files --cached --others --exclude-standard |
    while read -r file; do
      if [[ -f $file ]] && head -n 1 "$file" | grep -qaE '^#!.*\b(bash|sh)$'; then echo "$file"; fi
    done | xargs --no-run-if-empty shellcheck
}

check 'clang-format' lint_format
check 'house rules' /usr/bin/python3 tools/tidy.py .
check 'buf lint' lint_proto
check 'shellcheck' lint_shell
check 'clang-tidy' lint_tidy

if [[ ${#failed[@]} -gt 0 ]]; then
  printf -v names '%s, ' "${failed[@]}"
  echo "lint failed: ${names%, }"
  exit 1
fi
echo 'lint passed'
