// Zstandard (RFC 8878) as the distribution ships it.
#pragma once
#include <zstd.h>
#include <zstd_errors.h>
