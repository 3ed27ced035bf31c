#!/bin/bash
# What the action does. Its inputs are in the environment; see action.yml.
set -euo pipefail
umask 077

destinations=()
while IFS= read -r destination; do
    [[ -z $destination ]] || destinations+=("$destination")
done <<<"$INPUT_TO"
[[ ${#destinations[@]} -gt 0 ]] || { echo "::error::'to' names no registry."; exit 1; }

# The login is in a file that exists while this runs; what a builtin prints is on no command line, and in no log.
logins=$(mktemp -d)
trap 'rm -rf "$logins"' EXIT
if [[ -n $INPUT_USERNAME ]]; then
    login=$(printf %s:%s "$INPUT_USERNAME" "$INPUT_PASSWORD" | base64 --wrap=0)
    entries=
    for destination in "${destinations[@]}"; do
        entry="\"${destination%%/*}\":{\"auth\":\"$login\"}"
        [[ $entries == *"$entry"* ]] || entries+=${entries:+,}$entry
    done
    printf '{"auths":{%s}}' "$entries" >"$logins/auth.json"
    export REGISTRY_AUTH_FILE=$logins/auth.json
fi
unset INPUT_USERNAME INPUT_PASSWORD

for attempt in 1 2 3; do
    digest=$(larder push --quiet ${INPUT_COMPRESSION:+--compression "$INPUT_COMPRESSION"} \
        "$INPUT_IMAGE@$INPUT_DIGEST" "${destinations[@]}") && break
    [[ $attempt -lt 3 ]] || exit 1
    sleep $((attempt * 5))
done
repository=${destinations[0]}
[[ ${repository##*/} != *:* ]] || repository=${repository%:*}
{
    echo "digest=$digest"
    echo "reference=$repository@$digest"
} >>"$GITHUB_OUTPUT"
