#!/bin/sh
# Makes the pictures of docs/rollouts.md: docs/images/rollout-*.png, of a rollout of 1,000
# properties against the simulator, of which five are refused. That takes about a quarter
# of an hour, since the simulator refuses what Akamai would refuse. It needs chromium,
# which CHROMIUM may name, and is not part of the gate.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
simulator=
trap 'kill $simulator 2>/dev/null; rm -rf "$work"' EXIT
go build -o "$work/propctl" .
"$work/propctl" simulate --dir "$work/sim" --speed 600 --properties 1000 --fault submit=errors@5 >"$work/log" 2>&1 &
simulator=$!
until [ -e "$work/sim/ca.pem" ]; do sleep 0.1; done
cat >"$work/rollout.yaml" <<'YAML'
name: redirects-2026-11
notify: [team@example.com]
note: Redirect the old checkout
properties:
  - select: {group: grp_10001, name: "p0*"}
waves:
  - {name: canary, take: 2}
  - {name: early, take: 10%}
  - {name: rest, take: rest}
tolerate: 5
YAML
(cd "$work" && XDG_STATE_HOME="$work/state" ./propctl rollout apply rollout.yaml --edgerc sim/.edgerc --ca-file sim/ca.pem --report page.html --yes)

# picture NAME WIDTH HEIGHT SCALE
picture() {
	"${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$work/$1" --hide-scrollbars --force-device-scale-factor="$4" \
		--blink-settings=preferredColorScheme=1 --window-size="$2,$3" \
		--screenshot="docs/images/$1.png" "file://$work/page.html" >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		exit 1
	}
}
picture rollout-light 1280 1560 1
picture rollout-phone 390 1500 1.5
