#include "clients/cli/enter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/sign.h"
#include "protocol/gen/protocol.h"
#include "server/base/mem.h"

static const char *server_of(const struct visitor *v)
{
	const char *server = v->server ? v->server : getenv("JOBALIKE_SERVER");

	return server && *server ? server : PLACE_SERVER;
}

bool enter_place(const struct subcommand *self, const struct visitor *v, const char *argument,
		 struct place *out, int *status)
{
	char why[400];

	if (!place_read(argument ? argument : server_of(v), argument ? server_of(v) : NULL, out,
			why, sizeof(why))) {
		*status = options_wrong(self, "%s", why);
		return false;
	}
	return true;
}

struct net *enter_net(const struct place *place, const struct visitor *v)
{
	struct net *net = net_new(place->tls, v->insecure);

	if (!net)
		says_failed(CLI_UNREACHED, "the network library does not start");
	return net;
}

void enter_path(const struct place *place, const char *rest, struct text *out)
{
	text_printf(out, "/api/sessions/%s%s", place->session, rest);
}

const char *enter_word(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text ? text : "";
}

void enter_print(const json_t *json)
{
	json_dumpf(json, stdout, JSON_COMPACT);
	putchar('\n');
}

void enter_sentence(unsigned code, const json_t *answer, struct text *out)
{
	const char *name = json_string_value(json_object_get(answer, "error"));
	const char *field = json_string_value(json_object_get(answer, "field"));

	if (name)
		text_printf(out, "%s (%s)", says_error(name), name);
	else
		text_printf(out, "the server answered %u", code);
	if (field)
		text_printf(out, ", because of %s", field);
}

struct waiting {
	struct net *net;
	unsigned code;
	char *body;
};

static void on_answer(void *arg, unsigned code, const char *body, size_t len)
{
	struct waiting *w = arg;

	w->code = code;
	w->body = x_strndup(body, len);
	net_stop(w->net);
}

json_t *enter_ask(struct net *net, const struct place *place, const struct request *request,
		  int *status)
{
	struct waiting w = { .net = net };
	struct text why = { 0 };
	json_t *answer;

	net_ask(net, place, request, on_answer, &w);
	net_run(net);
	if (!w.code) {
		*status = says_failed(CLI_UNREACHED, "cannot reach http%s://%s:%d: %s",
				      place->tls ? "s" : "", place->host, place->port,
				      w.body ? w.body : "interrupted");
		free(w.body);
		return NULL;
	}
	answer = json_loads(w.body, JSON_REJECT_DUPLICATES, NULL);
	free(w.body);
	if (w.code >= 200 && w.code < 300 && answer) {
		*status = CLI_DONE;
		return answer;
	}
	enter_sentence(w.code, answer, &why);
	*status = says_failed(CLI_REFUSED, "%s.", why.s);
	text_free(&why);
	json_decref(answer);
	return NULL;
}

json_t *enter_form(const struct place *place, const struct visitor *v)
{
	return json_pack("{s:s, s:s, s:s*, s:s*, s:s, s:s*}", "name", v->name, "school", v->school,
			 "job", v->job, "area", v->area, "language",
			 language_names[v->language ? v->language : LANGUAGE_EN], "invitation",
			 place->token);
}

static char *new_ticket(const struct subcommand *self, struct net *net, const struct place *place,
			const struct visitor *v, int *status)
{
	struct text path = { 0 };
	char *body, *ticket = NULL;
	json_t *form, *answer;

	if (!v->name || !v->school) {
		*status = options_wrong(
			self,
			"--name and --school are needed: this link holds no ticket of yours.");
		return NULL;
	}
	form = enter_form(place, v);
	body = form ? json_dumps(form, JSON_COMPACT) : NULL;
	json_decref(form);
	if (!body) {
		*status = options_wrong(self, "what was given is not UTF-8.");
		return NULL;
	}
	enter_path(place, "/tickets", &path);
	answer = enter_ask(net, place,
			   &(struct request){ .method = "POST", .path = path.s, .body = body },
			   status);
	if (answer)
		ticket = x_strdup(json_string_value(json_object_get(answer, "ticket")));
	if (answer && !ticket)
		*status = says_failed(CLI_REFUSED, "the server's answer holds no ticket");
	json_decref(answer);
	text_free(&path);
	free(body);
	return ticket;
}

char *enter_ticket(const struct subcommand *self, struct net *net, const struct place *place,
		   const struct visitor *v, int *status)
{
	const char *kind = place->token ? sign_kind(place->token) : NULL;

	if (v->ticket)
		return x_strdup(v->ticket);
	if (kind && strcmp(kind, "ticket") == 0)
		return x_strdup(place->token);
	if (!place->session) {
		*status = options_wrong(self, "the link names no session.");
		return NULL;
	}
	return new_ticket(self, net, place, v, status);
}

/* The first line of the file. NULL: said why. */
static char *read_key(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[512] = "";

	if (!f || !fgets(line, sizeof(line), f) || strcspn(line, " \t\r\n") == 0) {
		says_failed(CLI_REFUSED, "no installation key in %s: %s (--key names its file)",
			    path, f ? "it is empty" : strerror(errno));
		if (f)
			fclose(f);
		return NULL;
	}
	fclose(f);
	line[strcspn(line, " \t\r\n")] = '\0';
	return x_strdup(line);
}

char *enter_key(const char *file)
{
	const char *given = getenv("JOBALIKE_KEYS_INSTALLATION");
	const char *named = getenv("JOBALIKE_KEYS_INSTALLATION_FILE");

	if (!file && given)
		return x_strdup(given);
	return read_key(file ? file : named ? named : "./var/install.key");
}
