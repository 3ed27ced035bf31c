#pragma once

#include "network.hpp"

#include <optional>

namespace wayfinder {

struct Route {
    /// From the first town to the last.
    std::vector<std::size_t> towns;
    double minutes;
};

/// The fastest way between two towns; none when no road leads there.
std::optional<Route> fastest(const Network &network, std::size_t from, std::size_t to);

} // namespace wayfinder
