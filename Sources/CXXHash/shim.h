// XXH3 as the distribution's library ships it.
#pragma once
#include <xxhash.h>
