/* What TLS 1.2 is spoken with, to browsers as to Redis. */
#ifndef JOBALIKE_BASE_TLS_SUITES_H
#define JOBALIKE_BASE_TLS_SUITES_H

/* All with forward secrecy and an AEAD; TLS 1.3 has none but such. */
#define TLS_SUITES                                                                                 \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"                               \
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"                               \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
#define TLS_SECURITY 2 /* SSL_CTX_set_security_level(3): keys of 112 bits of strength */

#endif
