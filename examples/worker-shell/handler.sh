#!/bin/sh
# A worker in shell, with curl and jq; docs/worker-protocol.md explains.
set -eu
umask 077
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 0' TERM

# In a file, since everybody on the machine can read command lines.
printf 'header = "Authorization: %s"\n' "$RUNPOD_AI_API_KEY" >"$scratch/curlrc"

call() {
  curl --silent --show-error --fail --config "$scratch/curlrc" --max-time 90 "$@"
}

# The work: input on stdin and output on stdout, both JSON. Any status but 0 is a
# failure, and what stderr says is its reason.
handle() {
  jq '{sum: (.numbers | add), count: (.numbers | length)}'
}

# What the job's report says.
run() {
  if jq '.input' "$scratch/job" | handle >"$scratch/output" 2>"$scratch/error"; then
    jq '{output: .}' "$scratch/output"
  else
    jq --raw-input --slurp '{error: .}' "$scratch/error"
  fi
}

while :; do
  call --output "$scratch/job" "$RUNPOD_WEBHOOK_GET_JOB&job_in_progress=0"
  [ -s "$scratch/job" ] || continue # 204: no job came while the agent waited.
  id=$(jq --raw-output '.id' "$scratch/job")
  url=$(printf '%s' "$RUNPOD_WEBHOOK_POST_OUTPUT" | sed "s/\$ID/$id/")
  run >"$scratch/report"
  call --retry 20 --retry-delay 1 --data-binary @"$scratch/report" "$url&isStream=false" >"$scratch/answer"
  rm "$scratch/job"
done
