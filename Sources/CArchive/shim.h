// libarchive 3 as the distribution ships it, for kinds of compression that no other library here reads.
#pragma once
#include <archive.h>
#include <archive_entry.h>
