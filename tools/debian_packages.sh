#!/bin/sh
# Brings the Debian packages the tests call as programs, where it may (root or sudo);
# otherwise names what will be skipped and why. With COLOPHON_NO_SKIP=1 a lack is an error.
set -u

wanted="exiftool:libimage-exiftool-perl ffmpeg:ffmpeg espeak-ng:espeak-ng redis-server:redis-server \
chromium:chromium pg_ctlcluster:postgresql tesseract:tesseract-ocr msgfmt:gettext"
missing=""
for pair in $wanted; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
if ! perl -MArchive::Zip -e 1 2>/dev/null; then
    missing="$missing libarchive-zip-perl"
fi
if ! tesseract --list-langs 2>/dev/null | grep -q chi_sim; then
    missing="$missing tesseract-ocr-chi-sim"
fi
if ! fc-list :lang=zh 2>/dev/null | grep -q .; then
    missing="$missing fontconfig fonts-noto-cjk"
fi
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -eq 0 ]; then
    become=""
elif sudo -n true 2>/dev/null; then
    become="sudo -n"
else
    echo "These Debian packages are missing and cannot be installed without root or sudo:$missing"
    echo "The tests that need them are skipped, each with its reason."
    [ "${COLOPHON_NO_SKIP:-0}" = 1 ] && exit 1
    exit 0
fi
echo "Installing Debian packages:$missing"
$become apt-get update -q >/dev/null &&
    $become env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null
status=$?
if [ $status -ne 0 ]; then
    echo "apt-get could not install all of:$missing"
    [ "${COLOPHON_NO_SKIP:-0}" = 1 ] && exit 1
fi
exit 0
