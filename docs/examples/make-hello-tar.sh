#!/usr/bin/env bash
# make-hello-tar.sh [OUT]
# Makes hello.tar, the small image of the quickstart, as 'docker save' writes one: two plain layers, a config and
# manifest.json. The same bytes every time, with tar and sha256sum alone.
set -euo pipefail
out=${1:-"$(dirname "$0")/hello.tar"}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
pack() { tar -b 1 --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf "$1" -C "$2" "${@:3}"; }
sum() { sha256sum "$1" | cut -d' ' -f1; }

mkdir -p "$tmp/one/etc" "$tmp/two/etc" "$tmp/image"
printf 'NAME="hello"\n' >"$tmp/one/etc/os-release"
printf 'Hello from an image that no engine has pushed.\n' >"$tmp/two/etc/hello.txt"
layers=()
for layer in one two; do
  pack "$tmp/$layer.tar" "$tmp/$layer" etc
  diff=$(sum "$tmp/$layer.tar")
  mkdir "$tmp/image/$diff"
  mv "$tmp/$layer.tar" "$tmp/image/$diff/layer.tar"
  layers+=("$diff")
done
printf '{"architecture":"amd64","config":{"Cmd":["cat","/etc/hello.txt"]},"created":"1970-01-01T00:00:00Z","os":"linux","rootfs":{"diff_ids":["sha256:%s","sha256:%s"],"type":"layers"}}' \
  "${layers[@]}" >"$tmp/config"
config=$(sum "$tmp/config")
mv "$tmp/config" "$tmp/image/$config.json"
printf '[{"Config":"%s.json","Layers":["%s/layer.tar","%s/layer.tar"],"RepoTags":["example.com/hello:1.0"]}]' \
  "$config" "${layers[@]}" >"$tmp/image/manifest.json"
(cd "$tmp/image" && tar --format=ustar --owner=0 --group=0 --numeric-owner --mtime=@0 -b 1 -cf "$tmp/hello.tar" -- */layer.tar *.json)
mv "$tmp/hello.tar" "$out"
