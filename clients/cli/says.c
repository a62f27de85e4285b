/* Sentences for people. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "protocol/gen/protocol.h"

int says_failed(int status, const char *format, ...)
{
	va_list args;

	fputs("jobalike: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return status;
}

static const char *sentence(enum err err)
{
	switch (err) {
	case OK:
		return "it is done";
	case ERR_BAD_REQUEST:
		return "the server does not understand this";
	case ERR_TOO_LARGE:
		return "this is larger than its limit";
	case ERR_UNAUTHORIZED:
		return "the ticket or key is not valid here";
	case ERR_FORBIDDEN:
		return "your role may not do this, or not to somebody of this rank";
	case ERR_NOT_FOUND:
		return "what you name is not there, or not for you";
	case ERR_MUTED:
		return "you are muted";
	case ERR_LOCKED:
		return "the room is locked";
	case ERR_FULL:
		return "the room, or the session, is full";
	case ERR_MOVED:
		return "you sit in another room than the one you wrote to";
	case ERR_CONFLICT:
		return "somebody was first, or it is so already";
	case ERR_CLOSED:
		return "the room or the session is closed";
	case ERR_REMOVED:
		return "you were removed from this session";
	case ERR_SLOW_DOWN:
		return "too many in a short time";
	case ERR_UNAVAILABLE:
		return "it did not happen; try again";
	case ERR_UNKNOWN:
		return "it may have happened, or still happen";
	case ERR_DAMAGED:
		return "the session's log is damaged and is not served";
	case ERR_COUNT:
		break;
	}
	return "an error this client does not know";
}

static enum err known(const char *name)
{
	for (int i = 0; name && i < ERR_COUNT; i++)
		if (err_names[i] && strcmp(err_names[i], name) == 0)
			return (enum err)i;
	return ERR_COUNT;
}

const char *says_error(const char *name)
{
	return sentence(known(name));
}

const char *says_end(const char *why)
{
	return known(why) == ERR_COUNT ? "the server ended this" : says_error(why);
}
