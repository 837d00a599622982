#!/usr/bin/env bash
# make-push.sh [OUT]
# Writes push.svg, the picture in the README, from a real run: a pwsh in a tmux window pushes an image tar of four layers,
# about 1.2 GB, to the module's local registry, and the screen is captured during the push. It needs pwsh, tmux,
# openssl and the built module (dotnet build src/ImagePusher -c Release).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/push.svg}
module=$(cd "$here/../.." && pwd)/out/ImagePusher/ImagePusher.psd1
tmp=$(mktemp -d -t push-XXXX)
tmux() { command tmux -S "$tmp/tmux" -f /dev/null "$@"; }
trap 'tmux kill-server 2>/dev/null || true; rm -rf "$tmp"' EXIT

# A file of N MiB that compresses to about half: 256 KiB of noise, then as much text, and so on.
content() {
  head -c "$(($1 * 1024 * 1024 / 2))" /dev/zero | openssl enc -aes-128-ctr -K "$2" -iv 00000000000000000000000000000000 |
    split -b 256k --filter='cat; seq 100000 140000 | head -c 262144' -
}

# A docker archive of these layers, written as by make-hello-tar.sh.
mkdir "$tmp/image"
layers=() diffs=()
for size in 620 310 180 90; do
  mkdir -p "$tmp/layer/opt"
  content "$size" "$(printf '%032d' "$size")" >"$tmp/layer/opt/data"
  tar -C "$tmp/layer" -cf "$tmp/layer.tar" opt
  diff=$(sha256sum "$tmp/layer.tar" | cut -d' ' -f1)
  mkdir "$tmp/image/$diff"
  mv "$tmp/layer.tar" "$tmp/image/$diff/layer.tar"
  layers+=("\"$diff/layer.tar\"") diffs+=("\"sha256:$diff\"")
done
join() { local IFS=,; echo "$*"; }
printf '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[%s]}}' "$(join "${diffs[@]}")" >"$tmp/config"
config=$(sha256sum "$tmp/config" | cut -d' ' -f1)
mv "$tmp/config" "$tmp/image/$config.json"
printf '[{"Config":"%s.json","RepoTags":["example.com/app:1.0"],"Layers":[%s]}]' "$config" "$(join "${layers[@]}")" >"$tmp/image/manifest.json"
rm -rf "$tmp/layer"
tar -C "$tmp/image" -cf "$tmp/app.tar" .
rm -rf "$tmp/image"

cat >"$tmp/profile.ps1" <<PS1
Import-Module '$module'
\$null = Start-LocalRegistry -Port 5000 -Path '$tmp/registry'
function prompt { 'PS> ' }
Set-PSReadLineOption -PredictionSource None
Clear-Host
PS1
tmux new-session -d -x 100 -y 19 -c "$tmp" env IMAGEPUSHER_CACHE="$tmp/cache" HOME="$tmp" TERM=xterm-256color \
  pwsh -NoLogo -NoProfile -NoExit -File "$tmp/profile.ps1"

# Waits until the screen shows what a pattern describes; 60 seconds at most.
wait_for() {
  local end=$((SECONDS + 60))
  until tmux capture-pane -p | grep -Eq "$1"; do
    ((SECONDS < end)) || { echo "The screen never showed $1:" >&2; tmux capture-pane -p >&2; exit 1; }
    sleep 0.1
  done
}
wait_for '^PS> *$'
tmux send-keys -l 'Get-ImageTar ./app.tar'
tmux send-keys Enter
wait_for 'example.com/app'
wait_for '^PS> *$'
tmux send-keys -l 'Push-ImageTar ./app.tar -Destination localhost:5000/team/'
tmux send-keys Enter
wait_for '[3-6][0-9]{2}(\.[0-9])? MB of 1'
tmux capture-pane -e -p >"$tmp/screen"
wait_for 'localhost:5000/team/app:1.0 *$'
pwsh -NoProfile -File "$here/ConvertTo-Svg.ps1" "$tmp/screen" "$out"
