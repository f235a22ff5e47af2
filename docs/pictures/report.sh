#!/bin/sh
# Makes the pictures of docs/report.md: docs/images/report-*.png. The page is that of a
# run against the simulator with a clock of its own, so it is the same every time. It
# needs chromium, which CHROMIUM may name, and is not part of the gate.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/pages"
PROPCTL_PAGES="$work/pages" go test ./cmd -count=1 -run 'TestReportShowsWhatEachRunWasAbout/^success$'

# picture NAME WIDTH HEIGHT SCALE SCHEME, where SCHEME is 1 for light and 0 for dark
picture() {
	"${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$work/$1" --hide-scrollbars --force-device-scale-factor="$4" \
		--blink-settings=preferredColorScheme="$5" --window-size="$2,$3" \
		--screenshot="docs/images/$1.png" "file://$work/pages/success.html" >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		exit 1
	}
}
picture report-light 1280 1365 1 1
picture report-dark 1280 1365 1 0
picture report-phone 390 1100 1.5 1
