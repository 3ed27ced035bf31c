#include "reader.hpp"
#include "route.hpp"

#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace {

wayfinder::Network load(const std::string &path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    return wayfinder::read_roads(file);
}

void print(const wayfinder::Network &network, const wayfinder::Route &route) {
    std::cout << "The fastest way takes " << route.minutes << " minutes:\n";
    for (const auto town : route.towns) std::cout << "  " << network.name(town) << '\n';
}

int run(int count, char **words) {
    if (count == 3 && std::string(words[1]) == "--check") {
        std::cout << words[2] << ": " << load(words[2]).size() << " towns\n";
        return EXIT_SUCCESS;
    }
    if (count != 3) {
        std::cerr << "wayfinder " WAYFINDER_VERSION "\nusage: wayfinder FROM TO\n       wayfinder --check FILE\n";
        return 2;
    }
    const auto *path = std::getenv("WAYFINDER_ROADS");
    const auto network = load(path ? path : "roads.csv");
    const auto route = wayfinder::fastest(network, network.known(words[1]), network.known(words[2]));
    if (!route) throw std::runtime_error("no road leads there");
    print(network, *route);
    return EXIT_SUCCESS;
}

} // namespace

int main(int count, char **words) {
    try {
        return run(count, words);
    } catch (const std::exception &error) {
        std::cerr << "wayfinder: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
