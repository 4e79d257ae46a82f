#!/bin/sh
# Opens the report of the README in headless Chromium, and prints TAP: it says what it should, on a desktop, on a
# telephone, in the dark and in print, and the browser has nothing to complain of. Without Chromium nothing is tested.
set -u

cd "$(dirname "$0")/.." || exit 1
report=doc/air_passengers.html

browser=
for name in chromium chromium-browser google-chrome; do
    if [ -z "$browser" ] && command -v "$name" >/dev/null; then
        browser=$name
    fi
done
if [ -z "$browser" ]; then
    echo 'ok 1 # SKIP there is no chromium: the report is not looked at in a browser'
    echo '1..1'
    exit
fi
. scripts/tap.sh

# browse FILE [OPTION ...]: the page as the browser has it; what it says goes to $work/said
browse() {
    file=$1
    shift
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$work/profile" \
        --enable-logging=stderr "$@" "file://$file" 2>"$work/said"
}

# measured NAME WIDTH WANTED [OPTION ...]: what holds of $work/copy.html, else of a new copy of the report, to which a
# script is added that asks the browser. A window has no width below 500, but a frame within it has.
measured() {
    name=$1
    width=$2
    wanted=$3
    shift 3
    [ -f "$work/copy.html" ] || cp "$report" "$work/copy.html"
    cat >>"$work/copy.html" <<'HTML'
<script>
const shown = name => getComputedStyle(document.querySelector(name)).display;
const light = colour => colour.match(/\d+/g).slice(0, 3).every(part => part > 200) ? 'light' : 'dark';
addEventListener('load', () => parent.postMessage([
    document.documentElement.scrollWidth > innerWidth ? 'wider than the window' : 'fits ' + innerWidth,
    'wide ' + shown('.wide'), 'narrow ' + shown('.narrow'),
    light(getComputedStyle(document.body).color) + ' on ' + light(getComputedStyle(document.body).backgroundColor)
].join(', '), '*'));
</script>
HTML
    cat >"$work/frame.html" <<HTML
<meta name="color-scheme" content="light dark">
<script>addEventListener('message', said => document.title = 'measured: ' + said.data)</script>
<iframe src="copy.html" width="$width" height="800" style="border: 0"></iframe>
HTML
    got=$(browse "$work/frame.html" --dump-dom --window-size=1400,900 --virtual-time-budget=5000 "$@" |
        sed -n 's/.*<title>measured: \(.*\)<\/title>.*/\1/p')
    rm "$work/copy.html"
    status=0
    [ "$got" = "$wanted" ] || status=1
    printf 'wanted: %s\ngot: %s\n' "$wanted" "$got" >"$work/log"
    result $status "$name"
}

status=0
browse "$(pwd)/$report" --dump-dom >"$work/page" || status=1
cp "$work/said" "$work/log"
result $status 'the report is opened'

# with a policy that allows nothing but what stands on the page, the browser says what else there is
policy="default-src 'none'; style-src 'unsafe-inline'"
sed "s|<head>|<head><meta http-equiv=\"Content-Security-Policy\" content=\"$policy\">|" "$report" >"$work/strict.html"
browse "$work/strict.html" --dump-dom >/dev/null
status=0
grep CONSOLE "$work/said" >"$work/log" && status=1
result $status 'it has no script, fetches nothing, and the browser has nothing to say of it'

for foreign in '<script>1</script>' '<link rel="stylesheet" href="other.css">' '<img src="https://example.org/1.png">'; do
    { cat "$work/strict.html"; echo "$foreign"; } >"$work/loud.html"
    browse "$work/loud.html" --dump-dom >/dev/null
    status=0
    grep -q 'CONSOLE.*Content Security Policy' "$work/said" || status=1
    cp "$work/said" "$work/log"
    result $status "the browser would say so of $foreign"
done

# tags away, but for those of the figures, which have words of their own
sed -e 's/<svg.*<\/svg>//' -e 's/<[^>]*>/ /g' "$work/page" | tr '\n' ' ' >"$work/text"
status=0
: >"$work/log"
for words in 'Airline passengers in 1961' 'In short' 'Forecast of 12 steps after 1960-12-01' 'Errors by step' 'Intervals' \
    'What the rows are made of' 'What was tried and weighed' 'What was asked' 'Made by'; do
    grep -qF "$words" "$work/text" || { status=1; echo "\"$words\" is missing" >>"$work/log"; }
done
result $status 'what it should say is there to be read'

dark=--blink-settings=preferredColorScheme=0
measured 'a desktop shows the wide figures' 1200 'fits 1200, wide block, narrow none, dark on light'
measured 'a telephone shows the narrow ones, and need not be scrolled sideways' 360 \
    'fits 360, wide none, narrow block, dark on light'
measured 'it is dark where that is wanted' 1200 'fits 1200, wide block, narrow none, light on dark' "$dark"
sed 's/@media print/@media all/' "$report" >"$work/copy.html"
measured 'in print it is light, and has the wide figures' 1200 \
    'fits 1200, wide block, narrow none, dark on light' "$dark"

browse "$(pwd)/$report" --print-to-pdf="$work/report.pdf" --no-pdf-header-footer
pages=$(grep -ac '/Type /Page$' "$work/report.pdf")
status=0
[ "$pages" -ge 2 ] && [ "$pages" -le 6 ] || status=1
echo "it is printed on $pages pages" >"$work/log"
result $status 'it is printed on a few pages'

plan
