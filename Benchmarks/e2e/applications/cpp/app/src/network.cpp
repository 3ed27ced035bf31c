#include "network.hpp"

#include <stdexcept>

namespace wayfinder {

std::size_t Network::town(std::string_view name) {
    if (auto found = numbers_.find(name); found != numbers_.end()) return found->second;
    const auto number = names_.size();
    names_.emplace_back(name);
    roads_.emplace_back();
    numbers_.emplace(name, number);
    return number;
}

std::size_t Network::known(std::string_view name) const {
    auto found = numbers_.find(name);
    if (found == numbers_.end()) throw std::out_of_range("there is no town " + std::string(name));
    return found->second;
}

void Network::connect(std::string_view one, std::string_view other, double minutes) {
    if (!(minutes > 0)) throw std::invalid_argument("a road takes some time");
    const auto from = town(one), to = town(other);
    roads_[from].push_back({to, minutes});
    roads_[to].push_back({from, minutes});
}

} // namespace wayfinder
