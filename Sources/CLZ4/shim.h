// The LZ4 block format as the distribution's library ships it.
#pragma once
#include <lz4.h>
