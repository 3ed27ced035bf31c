#pragma once

#include "network.hpp"

#include <istream>

namespace wayfinder {

/// Reads lines of the form "town,town,minutes"; empty ones and those that begin with # are left out.
/// Throws std::runtime_error with the number of a line that is none of these.
Network read_roads(std::istream &input);

} // namespace wayfinder
