#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wayfinder {

/// Towns and the roads between them.
class Network {
public:
    struct Road {
        std::size_t to;
        double minutes;
    };

    /// The number of a town, which is made when it is not there.
    std::size_t town(std::string_view name);

    /// The number of a town that has to be there; throws std::out_of_range when it is not.
    std::size_t known(std::string_view name) const;

    /// Adds a road that is driven both ways; throws std::invalid_argument unless it takes some time.
    void connect(std::string_view one, std::string_view other, double minutes);

    const std::string &name(std::size_t town) const { return names_.at(town); }
    const std::vector<Road> &roads(std::size_t town) const { return roads_.at(town); }
    std::size_t size() const { return names_.size(); }

private:
    std::vector<std::string> names_;
    std::vector<std::vector<Road>> roads_;
    std::map<std::string, std::size_t, std::less<>> numbers_;
};

} // namespace wayfinder
