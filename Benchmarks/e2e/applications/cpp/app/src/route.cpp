#include "route.hpp"

#include <algorithm>
#include <limits>
#include <queue>

namespace wayfinder {

std::optional<Route> fastest(const Network &network, std::size_t from, std::size_t to) {
    constexpr auto unreached = std::numeric_limits<double>::infinity();
    std::vector<double> minutes(network.size(), unreached);
    std::vector<std::size_t> before(network.size(), from);
    using Entry = std::pair<double, std::size_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
    minutes[from] = 0;
    open.emplace(0, from);
    while (!open.empty()) {
        const auto [sofar, town] = open.top();
        open.pop();
        if (town == to) break;
        if (sofar > minutes[town]) continue;
        for (const auto &road : network.roads(town)) {
            const auto arrival = sofar + road.minutes;
            if (arrival >= minutes[road.to]) continue;
            minutes[road.to] = arrival;
            before[road.to] = town;
            open.emplace(arrival, road.to);
        }
    }
    if (minutes[to] == unreached) return std::nullopt;
    Route route{{to}, minutes[to]};
    while (route.towns.back() != from) route.towns.push_back(before[route.towns.back()]);
    std::reverse(route.towns.begin(), route.towns.end());
    return route;
}

} // namespace wayfinder
