# Sourced by the script that runs the commands of ScanGate.md, after machine.sh: a gated server, and images that are pushed to it.

cat >/usr/local/bin/larder-judge <<'END'
#!/bin/sh
if test -e /etc/larder/refuses; then cat /etc/larder/verdict.json; else echo '{"verdict": "pass", "scanner": "script 1"}'; fi
END
chmod 755 /usr/local/bin/larder-judge

larderd --root /var/lib/larder --listen 127.0.0.1:7070 --tls-cert /etc/larder/tls.crt --tls-key /etc/larder/tls.key \
    --anonymous read --scan-gate /etc/larder/scan-gate.json &
await_port 7070
export LARDER_SERVER=https://larder.internal:7070 LARDER_TOKEN
LARDER_TOKEN=$(larderd token create --root /var/lib/larder --project shop --scope main --allow read,write,admin --name ci-main | tail -n 1)
echo "Authorization: Bearer $LARDER_TOKEN" >login.header

# push TAG: an image like no other.
push() {
    mkdir -p app
    echo "$1" >app/tag
    printf 'FROM scratch\nCOPY tag /\n' >app/Dockerfile
    larder build -t "shop/api:$1" app
}
push 1
touch /etc/larder/refuses

# Has two images held, and gives their names to the shell.
count=0
hold_images() {
    count=$((count + 1))
    push "image-$count"
    push "other-$count"
    image=$(held_image "image-$count")
    other=$(held_image "other-$count")
}
held_image() {
    larderd quarantine --root /var/lib/larder --json \
        | jq --raw-output --arg tag "$1" '.[] | select(.tags == [$tag]) | "\(.key.repository)@\(.key.digest)"'
}
