/* Debian keeps it in a folder of its own, which pkg-config names and not every tool asks for. */
#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h>
#endif
