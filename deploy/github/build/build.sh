#!/bin/bash
# What the action does. Its inputs are in the environment; see action.yml.
set -euo pipefail

work=$(mktemp -d)
metadata=$work/metadata.json
# What became of the steps is in the summary of the job, also when the build failed.
finish() {
    [[ ! -f $work/report.md ]] || cat "$work/report.md" >>"$GITHUB_STEP_SUMMARY"
    rm -rf "$work"
}
trap finish EXIT

larder ci "$INPUT_CONTEXT"
tag=$(larder ci --tag "$INPUT_CONTEXT")
arguments=(--tag "$INPUT_IMAGE:$tag" --metadata-file "$metadata" --report "$work/report.md")
while IFS= read -r name; do
    [[ -z $name ]] || arguments+=(--tag "$INPUT_IMAGE:$name")
done <<<"$INPUT_TAGS"
while IFS= read -r argument; do
    [[ -z $argument ]] || arguments+=(--build-arg "$argument")
done <<<"$INPUT_BUILD_ARGS"
[[ -z $INPUT_FILE ]] || arguments+=(--file "$INPUT_FILE")
[[ -z $INPUT_TARGET ]] || arguments+=(--target "$INPUT_TARGET")
[[ -z $INPUT_PLATFORMS ]] || arguments+=(--platform "$INPUT_PLATFORMS")
larder build "${arguments[@]}" "$INPUT_CONTEXT"

# A value of the one flat object that --metadata-file is.
value() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" "$metadata"; }

digest=$(value containerimage.digest)
[[ -n $digest ]] || {
    echo "::error::The image was built, but the server does not have it: it was out of reach."
    exit 1
}
reference=${LARDER_SERVER#*://}
reference=${reference%/}/$INPUT_IMAGE@$digest
{
    echo "tag=$tag"
    echo "digest=$digest"
    echo "reference=$reference"
} >>"$GITHUB_OUTPUT"
