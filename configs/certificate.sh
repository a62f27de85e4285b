#!/bin/sh
# Makes a certificate for this machine alone, for trying out TLS: browsers warn of it, once.
#   certificate.sh FOLDER [KIND]      KIND: ecdsa (P-256) or rsa
# Leaves FOLDER/certificate.pem and FOLDER/key.pem as they are while they are good for a week more.
set -eu
dir=$1 kind=${2:-ecdsa}
case $kind in
ecdsa) how="ec -pkeyopt ec_paramgen_curve:P-256" ;;
rsa) how=rsa:2048 ;;
*) echo "certificate.sh: ecdsa or rsa?" >&2; exit 2 ;;
esac
if [ -f "$dir/key.pem" ] && openssl x509 -in "$dir/certificate.pem" -noout -checkend 604800 >/dev/null 2>&1; then
	exit 0
fi
umask 077
mkdir -p "$dir"
# shellcheck disable=SC2086 # several words
openssl req -x509 -newkey $how -nodes -days 365 -subj /CN=localhost \
	-addext "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1" \
	-addext "extendedKeyUsage=serverAuth" \
	-keyout "$dir/key.pem.new" -out "$dir/certificate.pem.new" 2>/dev/null
mv "$dir/key.pem.new" "$dir/key.pem"
mv "$dir/certificate.pem.new" "$dir/certificate.pem"
