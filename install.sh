#!/bin/sh
# Downloads propctl for this machine, verifies it against the checksums of its release,
# and puts it into a folder.
#
#   sh install.sh [VERSION [FOLDER]]
#
# VERSION is a release such as 1.2.3, or latest, which is the default. FOLDER is made where
# it is missing; the default is the current one. It needs sh, tar (on Windows: unzip), and curl
# or wget. PROPCTL_RELEASES names a mirror of the releases, with https:// or file://.
#
# The checksums come from where the archive comes from: they find what was damaged on the way.
# Who made a release is told by its attestation: gh attestation verify ARCHIVE --repo propctl/propctl
set -eu

fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

# fetch URL FILE
fetch() {
  if command -v curl >/dev/null 2>&1; then
    curl --fail --silent --show-error --location --proto '=https,file' --proto-redir '=https' \
      --retry 3 --connect-timeout 20 --max-time 300 --output "$2" "$1"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -O "$2" "$1"
  else
    fail 'neither curl nor wget is here; install one of them'
  fi || fail "$1 cannot be downloaded"
}

# measure FILE sets its digest.
measure() {
  if command -v sha256sum >/dev/null 2>&1; then
    digest=$(sha256sum <"$1")
  elif command -v shasum >/dev/null 2>&1; then
    digest=$(shasum -a 256 <"$1")
  else
    fail 'neither sha256sum nor shasum is here; install one of them'
  fi
  digest=${digest%% *}
}

# platform sets the names that releases have for this machine.
platform() {
  program=propctl kind=tar.gz machine=$(uname -sm)
  case $machine in
    Linux*) os=linux ;;
    Darwin*) os=darwin ;;
    MINGW* | MSYS* | CYGWIN*) os=windows program=propctl.exe kind=zip ;;
    *) fail "there is no release for $machine" ;;
  esac
  case $machine in
    *' x86_64' | *' amd64') arch=amd64 ;;
    *' arm64' | *' aarch64') arch=arm64 ;;
    *) fail "there is no release for $machine" ;;
  esac
}

# choose VERSION sets the archive for this machine, and its checksum. Which version is the
# latest is told by the names in the checksums.
choose() {
  sum='' archive=''
  while read -r s name; do
    case $name in
      *[!0-9A-Za-z._+-]*) continue ;; # not a name of ours, and maybe a path
      "propctl_$1_${os}_$arch.$kind") ;;
      propctl_*"_${os}_$arch.$kind") if [ "$1" != latest ]; then continue; fi ;;
      *) continue ;;
    esac
    if [ -n "$archive" ]; then fail "the checksums of the release name two archives, $archive and $name"; fi
    sum=$s archive=$name
  done <checksums.txt
  if [ -z "$archive" ]; then fail "the release has no archive for $os on $arch"; fi
}

main() {
  version=${1:-latest} folder=${2:-.}
  version=${version#v}
  case $version in
    latest) place=latest/download ;;
    [0-9]*.[0-9]*.[0-9]*) place=download/v$version ;;
    *) fail "the version is like 1.2.3, or latest, and not \"$version\"" ;;
  esac
  case $version in *[!0-9A-Za-z.+-]*) fail "the version is like 1.2.3, or latest, and not \"$version\"" ;; esac
  releases=${PROPCTL_RELEASES:-https://github.com/propctl/propctl/releases}
  case $releases in
    https://?* | file:///?*) ;;
    *) fail "PROPCTL_RELEASES is \"$releases\", which begins with neither https:// nor file:///" ;;
  esac
  platform
  mkdir -p "$folder"
  folder=$(CDPATH='' cd -- "$folder" && pwd)
  work=$(mktemp -d "$folder/.propctl.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  cd "$work" # names of archives stay relative: tar takes the colon of a drive for a host
  fetch "$releases/$place/checksums.txt" checksums.txt
  choose "$version"
  fetch "$releases/$place/$archive" "$archive"
  measure "$archive"
  if [ "$digest" != "$sum" ]; then
    fail "$archive is not what the checksums of the release say; nothing was installed"
  fi
  top=${archive%".$kind"}
  case $kind in
    zip) unzip -q "$archive" "$top/$program" ;;
    *) tar -xzf "$archive" "$top/$program" ;;
  esac
  chmod 755 "$top/$program"
  mv -f "$top/$program" "$folder/$program"
  printf 'installed %s as %s\n' "$top" "$folder/$program"
}

main "$@" # at the end, so that half a script does nothing
