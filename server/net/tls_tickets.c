#include "server/net/tls_tickets.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/base/mem.h"

static void derive(const char *secret, int64_t day, struct tls_ticket_key *out)
{
	static char digest[] = "SHA256", info[] = "jobalike tls session ticket";
	unsigned char bytes[sizeof(*out)], salt[8];
	EVP_KDF *hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *kdf = EVP_KDF_CTX_new(hkdf);

	for (size_t i = 0; i < sizeof(salt); i++)
		salt[i] = (unsigned char)((uint64_t)day >> (56 - 8 * i));
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret,
						  strlen(secret)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt, sizeof(salt)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof(info) - 1),
		OSSL_PARAM_construct_end(),
	};
	if (!kdf || EVP_KDF_derive(kdf, bytes, sizeof(bytes), params) != 1)
		x_end(X_MEMORY);
	memcpy(out->name, bytes, sizeof(out->name));
	memcpy(out->cipher, bytes + 16, sizeof(out->cipher));
	memcpy(out->mac, bytes + 48, sizeof(out->mac));
	OPENSSL_cleanse(bytes, sizeof(bytes));
	EVP_KDF_CTX_free(kdf);
	EVP_KDF_free(hkdf);
}

void tls_tickets_at(struct tls_tickets *t, int64_t day)
{
	static const int days[TLS_TICKET_DAYS] = { 0, -1, 1 };

	if (t->day == day)
		return;
	t->day = day;
	t->n = 0;
	for (size_t k = 0; k < t->keys->n; k++)
		for (size_t i = 0; i < TLS_TICKET_DAYS; i++)
			derive(t->keys->list[k].secret, day + days[i], &t->list[t->n++]);
}

const struct tls_ticket_key *tls_tickets_find(const struct tls_tickets *t,
					      const unsigned char name[16])
{
	for (size_t i = 0; i < t->n; i++)
		if (memcmp(t->list[i].name, name, sizeof(t->list[i].name)) == 0)
			return &t->list[i];
	return NULL;
}

/* --- as OpenSSL asks for them -------------------------------------------------------------------
 */

static int place_in_ctx(void)
{
	static int place = -1;

	if (place < 0)
		place = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	return place;
}

static int set_mac(EVP_MAC_CTX *mac, const struct tls_ticket_key *key)
{
	static char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)(uintptr_t)key->mac,
						  sizeof(key->mac)),
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};

	return EVP_MAC_CTX_set_params(mac, params);
}

/* SSL_CTX_set_tlsext_ticket_key_evp_cb(3): below 0 ends the handshake, 0 makes a whole one, 2 hands
 * out a new ticket. */
static int on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
		     EVP_MAC_CTX *mac, int seals)
{
	struct tls_tickets *t = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), place_in_ctx());
	const EVP_CIPHER *aes = EVP_aes_256_cbc();
	const struct tls_ticket_key *key;

	if (SSL_version(ssl) < TLS1_3_VERSION)
		return 0; /* its ticket holds what opens the session that it comes from */
	tls_tickets_at(t, (int64_t)time(NULL) / 86400);
	key = seals ? &t->list[0] : tls_tickets_find(t, name);
	if (!key)
		return 0;
	if (seals) {
		memcpy(name, key->name, sizeof(key->name));
		if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(aes)) != 1)
			return -1;
	}
	if (EVP_CipherInit_ex(cipher, aes, NULL, key->cipher, iv, seals) != 1 ||
	    set_mac(mac, key) != 1)
		return -1;
	return seals || key == &t->list[0] ? 1 : 2;
}

void tls_tickets_use(struct tls_tickets *t, SSL_CTX *ctx)
{
	SSL_CTX_set_ex_data(ctx, place_in_ctx(), t);
	SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, on_ticket);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_timeout(ctx, TLS_TICKET_S);
	SSL_CTX_set_num_tickets(ctx, 1);
}
