/* The version of the server and of the terminal client; CHANGELOG.md says what is in it. */
#ifndef JOBALIKE_BASE_VERSION_H
#define JOBALIKE_BASE_VERSION_H

#define JOBALIKE_VERSION "0.1.0"

#endif
