#include "reader.hpp"
#include "route.hpp"

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace {

int failures = 0;

void expect(bool condition, const char *what) {
    if (condition) return;
    std::cerr << "failed: " << what << '\n';
    ++failures;
}

wayfinder::Network parse(const char *text) {
    std::istringstream input(text);
    return wayfinder::read_roads(input);
}

void the_detour_is_taken_when_it_is_faster() {
    const auto network = parse("a,b,10\na,c,3\nc,b,4\n");
    const auto route = wayfinder::fastest(network, network.known("a"), network.known("b"));
    expect(route && route->minutes == 7 && route->towns.size() == 3, "the way through c is the fastest");
}

void islands_are_not_reached() {
    const auto network = parse("# two parts\na,b,1\n\nc,d,1\n");
    expect(!wayfinder::fastest(network, network.known("a"), network.known("d")), "no road leads from a to d");
}

void bad_lines_are_named() {
    try {
        parse("a,b,1\na,b,soon\n");
        expect(false, "a line without minutes is refused");
    } catch (const std::runtime_error &error) {
        expect(std::string(error.what()).rfind("line 2:", 0) == 0, "the message has the number of the line");
    }
}

} // namespace

int main() {
    the_detour_is_taken_when_it_is_faster();
    islands_are_not_reached();
    bad_lines_are_named();
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
