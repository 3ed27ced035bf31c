// LMDB 0.9 as the distribution ships it: the index of chunk files.
#pragma once
#include <lmdb.h>
