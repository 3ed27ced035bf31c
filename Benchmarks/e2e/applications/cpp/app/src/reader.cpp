#include "reader.hpp"

#include <sstream>
#include <stdexcept>

namespace wayfinder {

Network read_roads(std::istream &input) {
    Network network;
    std::string line;
    for (int number = 1; std::getline(input, line); ++number) {
        if (line.empty() || line.front() == '#') continue;
        std::istringstream fields(line);
        std::string one, other, minutes;
        std::getline(fields, one, ',');
        std::getline(fields, other, ',');
        std::getline(fields, minutes);
        try {
            if (one.empty() || other.empty()) throw std::invalid_argument("a road has two ends");
            network.connect(one, other, std::stod(minutes));
        } catch (const std::logic_error &error) {
            throw std::runtime_error("line " + std::to_string(number) + ": " + error.what());
        }
    }
    return network;
}

} // namespace wayfinder
